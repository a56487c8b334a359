"""What was asked of a run: data, method, hyper-parameters, seed and device, and the group that it belongs to."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from deepclust.records import Count, Moment, from_record


@dataclass(frozen=True)
class RunGroup:
    """Runs that were started together to be compared.

    id: the same for all of them; words: what they compare; differs: the hyper-parameters in which alone they differ,
    with commas between them, or nothing where every run has a name of its own (`RunConfig.member`). kind: how they are
    shown together, "variants" (small maps), "ladder" (a table and small maps) or "grid" (heat maps over two
    hyper-parameters).
    """

    id: str
    words: str
    differs: str
    kind: str = "variants"

    @classmethod
    def new(cls, words: str, differs: str = "", kind: str = "variants") -> RunGroup:
        """A group with an id of its own."""
        return cls(secrets.token_hex(6), words, differs, kind)

    @property
    def names(self) -> tuple[str, ...]:
        """The hyper-parameters in which the runs differ, one by one."""
        return tuple(filter(None, self.differs.split(",")))


class _Params(TypedDict):
    """The hyper-parameter that every method has."""

    n_clusters: Count


@dataclass(frozen=True)
class RunConfig:
    """What was asked. ``dataset`` is a reference (name and options, own content hash, or file).

    labels_seen says that the labels of this data set were revealed to the user before the run was started. features is the
    network whose features of pictures were clustered, empty where there is none. group is there where the run was started
    together with others, member is what it is called among them where the values of the hyper-parameters in which they
    differ do not say it.
    """

    dataset: Mapping[str, Any]
    dataset_title: str
    fingerprint: str
    kind: str
    n_samples: Count
    feature_shape: tuple[Count, ...]
    method: str
    params: Mapping[str, Any]
    preset: str | None = None
    seed: int = 0
    device: str = "auto"
    labels_seen: bool = False
    features: str = ""
    group: RunGroup | None = None
    member: str = ""
    created: Moment = field(default_factory=time.time)

    @property
    def n_clusters(self) -> int:
        """The number of clusters that was asked for."""
        return int(self.params["n_clusters"])

    @property
    def test_part(self) -> dict[str, Any] | None:
        """The reference of the samples that were kept from training and are judged after it; None where there are none."""
        return {**self.dataset, "part": "test"} if self.dataset.get("part") == "train" else None

    @property
    def part(self) -> str:
        """What tells the run from the others of its group, in a word or two; empty where there is no group."""
        if self.group is None or self.member:
            return self.member
        values = {name: self.params.get(name, "") for name in self.group.names}
        if len(values) < 2:
            return "".join(map(str, values.values()))
        return ", ".join(f"{name} {value}" for name, value in values.items())

    @classmethod
    def from_json(cls, values: Any) -> RunConfig:
        """The config of a decoded config.json; fields of a later version are passed over. ValueError if it is damaged."""
        config = from_record(cls, values)
        from_record(_Params, dict(config.params))
        return config
