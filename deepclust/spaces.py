"""The spaces of a run and their names, which stand in jobs, addresses, metrics.json and the facts of methods."""

from __future__ import annotations

from dataclasses import dataclass

NAMED = ("space", "stage")
KINDS = ("latent", "input", "eigen", *NAMED)
MEMBERS = {"latent": "embedding", "eigen": "spectral_embedding"}  # arrays of `deepclust.results.ClusterResult`


@dataclass(frozen=True)
class Space:
    """A space in which the samples of a run lie.

    kind: "latent" (what is clustered), "input" (the data as they are), "eigen" (eigenvectors of a graph of neighbours, exact
    or as the method learned them), "space" (a further one that the method calls ``name``), or "stage" (the latent space as
    it was at the end of the stage ``name``). ValueError for other kinds, and for a name that is missing or has no place.
    """

    kind: str
    name: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or bool(self.name) != (self.kind in NAMED):
            known = ", ".join(f"{kind}:NAME" if kind in NAMED else kind for kind in KINDS)
            raise ValueError(f"There is no space {str(self)!r}: choose one of {known}.")

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @classmethod
    def parse(cls, text: str) -> Space:
        """The space that a text names, also as earlier versions wrote it. ValueError if it names none."""
        kind, _, name = text.partition(":")
        return cls(next((new for new, old in MEMBERS.items() if old == text), kind), name)

    @property
    def member(self) -> str:
        """The array of result.npz that holds it; only there where the method has one."""
        return MEMBERS.get(self.kind, str(self))


LATENT, INPUT, EIGEN = Space("latent"), Space("input"), Space("eigen")
