"""A finished run that new samples are placed by: `load_run` opens one, and its `predict` says where they belong."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.data.alike import prepared_like, samples_like
from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.engine.placing.known import HELD_BACK, Known, known_in
from deepclust.engine.placing.placements import NEAREST, Placements
from deepclust.engine.training.saved import load_model
from deepclust.methods import Method
from deepclust.metrics.memberships import centres_of, memberships
from deepclust.metrics.unusual import chimeras
from deepclust.neighbors import Neighborhood
from deepclust.projections.maps.placing import place_among
from deepclust.results import ClusterResult
from deepclust.runs import Run, RunStore
from deepclust.runs.edit_kinds import default_name
from deepclust.runs.edits import edited
from deepclust.spaces import INPUT, LATENT, Space

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

CHIMERAS = 400


class FinishedRun:
    """A run with what it learned. What takes time is worked out when it is first asked for, and kept.

    data: the samples that it was trained on; None where they are not on this computer, and then the input space is missing.
    ValueError for a run that has found nothing, and for one whose model is missing or damaged.
    """

    def __init__(self, run: Run, store: RunStore, data: Dataset | None = None) -> None:
        self.run, self._store = run, store
        if not run.has_result:
            raise ValueError(f"The run {run.id} has found nothing yet. Wait until it has ended, or stop and keep it.")
        self.result: ClusterResult = run.result()
        self.data = data or self._opened(run.config.dataset)
        try:
            self.method: Method = load_model(run)
        except Exception as error:  # torch raises whatever its reader stumbles over
            raise ValueError(
                f"The run {run.id} cannot place new samples: its model is missing or cannot be read ({error})."
            ) from error

    def _opened(self, ref: object) -> Dataset | None:
        try:
            data = open_dataset(dict(ref), self._store.datasets)  # type: ignore[call-overload]
        except (ValueError, OSError):
            return None
        return data if data.n_samples == self.run.config.n_samples else None

    # -- new samples ---------------------------------------------------------------------------------------------

    def bring(self, X: np.ndarray) -> NDArray[np.float32]:
        """New samples X (m, ...) as float32 (m, *feature_shape), resized, scaled and prepared as the run's data were.

        ValueError, in a sentence, where that cannot be done.
        """
        config = self.run.config
        if config.kind == "text":
            raise ValueError(
                "New texts cannot be placed: the words that this run counts are not kept with it. Its rows can be."
            )
        asked = config.dataset.get("prepare") or {}
        if asked.get("how", "none") == "none":
            return samples_like(X, config.feature_shape, config.kind)  # type: ignore[arg-type]
        before = self._opened({name: value for name, value in config.dataset.items() if name != "prepare"})
        if before is None:
            raise ValueError(
                f"The data of this run were prepared ({asked['how']}), and new samples have to be as well; but "
                f"{config.dataset_title} is not on this computer. Load the same file again on the Data page."
            )
        return prepared_like(samples_like(X, before.feature_shape, before.kind), before, asked)

    def predict(self, X: np.ndarray) -> Placements:
        """Where new samples X (m, ...) belong, as `bring` takes them. ValueError as there."""
        return self.place(self.bring(X))

    def place(self, samples: np.ndarray) -> Placements:
        """The same for samples float32 (m, *feature_shape) that are as the run's data already."""
        spaces, labels = self.in_spaces(samples), self.method.predict(samples)
        embedding = spaces[LATENT]
        shares = np.stack([memberships(point, self.centres) for point in embedding])
        away = np.linalg.norm(embedding[:, None] - self.centres[None], axis=2)
        percentiles = {str(known.space): known.percentiles(spaces[known.space]) for known in self.known}
        nearest = {str(LATENT): self.latent.of(embedding, NEAREST)[0]}
        if self.input is not None:
            nearest[str(INPUT)] = self.input.of(spaces[INPUT], NEAREST)[0]
        return Placements(
            labels=labels,
            clusters=self.clusters,
            memberships=shares,
            nearest_centre=self.clusters[away.argmin(axis=1)],
            distances=away.min(axis=1),
            embedding=embedding,
            nearest=nearest,
            percentiles=percentiles,
            known=self.known,
        )

    def on_map(self, embedding: np.ndarray, points: np.ndarray, ids: np.ndarray) -> NDArray[np.float32]:
        """Places (m, e) on a map with points (p, e) of the samples ``ids`` int (p,), for new samples embedding (m, d)."""
        return place_among(embedding, self.result.embedding[ids], points)

    def by_nearest_centres(self, samples: np.ndarray) -> NDArray[np.int64] | None:
        """Clusters (m,) that k-means on the run's own data gives to samples as `place` takes them: what a method has to beat.

        By the nearest of its centres, as SpectralNet's reviewers asked (Shaham et al. 2018). None where the data are not at hand.
        """
        return None if self._raw_means is None else np.asarray(self._raw_means.predict(self._flat(samples)), np.int64)

    @cached_property
    def _raw_means(self) -> KMeans | None:
        from sklearn.cluster import KMeans

        if self._seen is None:
            return None
        return KMeans(self.run.config.n_clusters, n_init=4, random_state=0).fit(self._seen)

    # -- what the run knows ---------------------------------------------------------------------------------------

    @cached_property
    def _means(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        return centres_of(self.result.embedding, self.result.labels)

    @property
    def clusters(self) -> NDArray[np.int64]:
        """The numbers of the clusters that hold a sample (k,), ascending."""
        return self._means[0]

    @property
    def centres(self) -> NDArray[np.float32]:
        """The means (k, d) of their samples in the latent space."""
        return self._means[1]

    @cached_property
    def latent(self) -> Neighborhood:
        """Neighbours in the latent space."""
        return Neighborhood(self.result.embedding)

    @cached_property
    def _seen(self) -> NDArray[np.float32] | None:
        """The run's samples as the method sees them, flat (n, d); None where they are not at hand."""
        return None if self.data is None else self._flat(self.data.X)

    @cached_property
    def input(self) -> Neighborhood | None:
        """Neighbours in the data; None where these are not at hand."""
        return None if self._seen is None else Neighborhood(self._seen)

    @cached_property
    def known(self) -> tuple[Known, ...]:
        """What is usual in each space, best judge first; empty where the data are not at hand, as nothing can be tested."""
        if self.data is None or self._seen is None:
            return ()
        strangers = self.in_spaces(chimeras(self.data.X, self.result.labels, CHIMERAS))
        unseen = None if self._unseen is None else self.in_spaces(self._unseen)
        fitted = {
            INPUT: ("the data", self._seen),
            LATENT: (_in_words(self.method), self.result.embedding),
            **{s: (f"the space “{s.name}”", self.result.spaces[s.name]) for s in strangers if s not in (INPUT, LATENT)},
        }
        found = [
            known_in(space, title, own, strangers[space], None if unseen is None else unseen[space])
            for space, (title, own) in fitted.items()
        ]
        return tuple(sorted(found, key=lambda known: -known.tells))

    @cached_property
    def _unseen(self) -> NDArray[np.float32] | None:
        """Some samples of the test part, where the run has learned from the train part alone."""
        ref = self.run.config.test_part
        if ref is None or (ref.get("prepare") or {}).get("how", "none") != "none":
            return None
        try:
            X = open_dataset(ref, self._store.datasets).X
        except (ValueError, OSError):
            return None
        return np.asarray(X[np.sort(np.random.default_rng(0).permutation(len(X))[:HELD_BACK])])

    def in_spaces(self, samples: np.ndarray) -> dict[Space, np.ndarray]:
        """Samples (m, *feature_shape) in every space in which the run's own are kept, each (m, d)."""
        further = self.method.further_spaces(samples)
        return {
            INPUT: self._flat(samples),
            LATENT: self.method.transform(samples),
            **{space: further[space.name] for space in self.result.present if space.name in further},
        }

    def _flat(self, samples: np.ndarray) -> NDArray[np.float32]:
        return self.method._scale(samples).reshape(len(samples), -1)


def _in_words(method: Method) -> str:
    name = method.embedding_name
    return "the latent space" if name == "Latent space" else f"the latent space ({name})"


def load_run(run: str | Path, runs: Path | str | None = None) -> FinishedRun:
    """Open a finished run by its id (in the folder ``runs``, else $DEEPCLUST_RUNS) or by its folder.

    ``load_run(run).predict(X)`` says where new samples belong. ValueError where there is no such run, or it has no result.
    """
    folder = Path(run)
    store = RunStore(folder.parent if folder.is_dir() and runs is None else runs)
    return FinishedRun(store.get(folder.name), store)


def names_of(run: Run) -> dict[int, str]:
    """What the method's own clusters are called, by number: their letters, or the names that they were given."""
    labels, given = edited(run, run.config.n_clusters)
    kept = np.array_equal(labels, run.result().labels)  # not merged or split by hand
    most = max(run.config.n_clusters, int(labels.max()) + 1)
    return {c: given[c] if kept and c < len(given) else default_name(c) for c in range(most)}
