"""What deep methods share: a network, batches, snapshots, and the one epoch loop that can save and restore."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.captured import CapturedStep, recorder_for
from deepclust.compute import (
    batches,
    bfloat16_products,
    choose_device,
    generator_on,
    limit_threads,
    prepare_torch,
    to_numpy,
)
from deepclust.events import Event, Note, Progress, Snapshot, snapshot_sample
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.method import Method
from deepclust.params import param

if TYPE_CHECKING:
    import torch
    from torch import nn

    from deepclust.captured import Step

SNAPSHOTS_PER_STAGE = 20
FLOAT_BYTES = 4
PASSES = 3  # forward, and about twice as much backward
SMALLEST_BATCH = 64  # of a small data set: neighbours and batch statistics need some company
PRECISIONS = ("float32", "bfloat16")
COMPUTED_BY = ("capturable", "foreach", "fused")  # settings of optimisers that do not change what is learned
STEPS_PER_PASS = 4  # at least, where the data set is large enough for it


def snapshot_due(epoch: int, n_epochs: int) -> bool:
    """Whether an epoch of a stage ends with a snapshot: the first, the last, and about 20 between them."""
    every = max(1, n_epochs // SNAPSHOTS_PER_STAGE)
    return epoch % every == 0 or epoch in (1, n_epochs)


def state_of(thing: Any) -> Any:
    """The state of a network, optimiser, random generator or dict of tensors, as torch can save it."""
    if hasattr(thing, "state_dict"):
        return thing.state_dict()
    return dict(thing) if isinstance(thing, dict) else thing.get_state()


def restore(thing: Any, state: Any, device: torch.device) -> None:
    """Bring a network, optimiser, random generator or dict of tensors back into a saved state, in place."""
    import torch

    if isinstance(thing, torch.optim.Optimizer):
        # how steps are computed is a matter of this device, not of the one that the state was saved on
        groups = zip(state["param_groups"], thing.param_groups, strict=True)
        kept = [saved | {key: own[key] for key in COMPUTED_BY if key in own} for saved, own in groups]
        thing.load_state_dict({**state, "param_groups": kept})
    elif hasattr(thing, "load_state_dict"):
        thing.load_state_dict(state)
    elif isinstance(thing, dict):
        thing.clear()
        thing.update({name: value.to(device) for name, value in state.items()})
    elif len(state) == len(thing.get_state()):  # those of another device are of another size: what it draws begins anew
        thing.set_state(state)


def picture_tensor(X: np.ndarray) -> torch.Tensor:
    """Samples as a float32 tensor, pictures (n, h, w) and (n, h, w, c) as (n, c, h, w), vectors (n, d) as they are."""
    import torch

    x = torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))
    if x.ndim == 3:
        x = x.unsqueeze(1)
    elif x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous()
    return x


def descend(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """One gradient step."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()


class Means:
    """Running means of the named loss terms of an epoch, weighted by batch size; one transfer at the end."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, ...], torch.Tensor] = {}  # of terms that come together
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, terms: Mapping[str, torch.Tensor], weight: int) -> None:
        import torch

        if not terms:
            return
        names = tuple(terms)
        values = torch.stack([value.detach() for value in terms.values()]) * weight
        self._sums[names] = self._sums[names] + values if names in self._sums else values
        self._counts[names] = self._counts.get(names, 0) + weight

    def values(self) -> dict[str, float]:
        return {
            name: total / self._counts[names]
            for names, sums in self._sums.items()
            for name, total in zip(names, sums.tolist(), strict=True)
        }


class DeepMethod(Method):
    """Base of methods that train a network. What a subclass gives:

    - facts and fields, ``batch_size`` among them (`hyperparameters.batch_size`), and `plan`, the stages to come;
    - ``cost``: operations and bytes from shapes alone, before there is a network (`nets.sizes`). They decide the number
      of threads, and what the page foretells;
    - ``_build``: the network, which is then ``self._net``, on ``self.device_``, made under the seed;
    - ``_learn``, a generator of events. Every stage is one visible loop::

          x = self._x = self._tensor(X)  # all data on the device; snapshots look at self._x
          size = self._batch_size(len(x))  # batch_size, or less for few samples
          yield Stage(*stage, {"reconstruction": "what the curve means (falls)"})
          for epoch in self._epochs(*stage, net=self._net, optimiser=optimiser, generator=self._generator):
              losses = Means()
              for rows in self._batches(len(x), size):  # drawn with self._generator; ends when told to stop
                  losses.add(step(rows), len(rows))
              yield from self._report(losses)  # a snapshot when one is due, and the progress

      with the step of a batch before it, which a CUDA GPU captures once and replays (`deepclust.captured` says what it
      must keep to)::

          optimiser = self._adam(self._net.parameters(), self.learning_rate)

          @self._captured(optimiser)
          def step(rows):
              with self._products():  # in bfloat16, where that is wanted
                  x_hat = self._net(x[rows])[1]
              loss = reconstruction_loss(x[rows], x_hat.float())
              descend(optimiser, loss)
              return {"reconstruction": loss}

      Whatever training changes is named in `_epochs`, and so is saved with a checkpoint and restored from one: networks,
      optimisers, generators, dicts of tensors. Code between stages runs again on resuming, before anything is restored:
      a stage that needs more than that prepares it in its first epoch;
    - ``_encode``: a batch to its latent codes, for snapshots, `embedding_` and new samples;
    - ``_settle``: embedding_, cluster_centers_ and labels_ from what has been learned, also when stopped half-way.
    """

    needs = frozenset({"torch"})
    min_samples = 2  # batch statistics need two

    precision: str = param(
        "float32",
        "Precision",
        help="How convolutions and matrix products are computed on a CUDA GPU. bfloat16 is faster and rounds more coarsely; losses "
        "stay in float32. A CPU always takes float32.",
        choices=PRECISIONS,
        group="Run",
        advanced=True,
    )

    #: Called between batches. It may wait (pause), and returns False when training should end now (stop).
    between_batches: Callable[[], bool] | None = dataclasses.field(default=None, init=False)

    # -- what a subclass gives -----------------------------------------------------------------------------------

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        """The untrained network for samples of this shape."""
        raise TypeError(f"{type(self).__name__} must define _build")

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        """Latent codes (b, n_components) of a batch on the device, network in eval mode."""
        raise TypeError(f"{type(self).__name__} must define _encode")

    def cluster_scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Q (d, k), W (d, k) and b (k,): a code z (d,) is in the cluster with the largest of z² Q + z W + b.

        None where clusters are read from codes in another way. Here they are those of the nearest centre.
        """
        centers = np.asarray(self.cluster_centers_, np.float64)
        return np.zeros(centers.T.shape), 2 * centers.T, -np.square(centers).sum(axis=1)

    def _flops_per_step(self) -> float:
        """Operations of a usual step, which decide whether several threads are worth it."""
        n_epochs = max(1, sum(n for _, n in self.plan()))
        return self.cost(self.batch_size, self.feature_shape_).flops / n_epochs

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self.device_ = choose_device(self.device)
        prepare_torch(self.device_)
        self._threads = limit_threads(self._flops_per_step())
        self._net: Any = self._seeded_net(self._fit_seed)
        self._generator = generator_on(self.device_, self._fit_seed)
        self._recorder = recorder_for(self.device_)
        self._untold: list[Note] = []  # what steps have to say, with the next report
        self._resume_from = checkpoint
        self._stages: list[str] = []  # begun so far
        self._at: dict[str, Any] = {}
        self._told_to_stop = False
        self.n_seen_ = 0  # samples of all batches so far
        self.n_iter_ = 0

    def fit_events(
        self, X: Any, y: Any = None, *, checkpoint: Mapping[str, Any] | None = None
    ) -> Generator[Event, None, None]:
        try:
            with closing(super().fit_events(X, y, checkpoint=checkpoint)) as events:
                for event in events:
                    if self._told_to_stop:
                        return
                    if self._resume_from is None:  # until the saved epoch is reached, its past is not told again
                        yield event
        finally:
            if hasattr(self, "_threads"):
                self._threads.restore_original_limits()
                del self._threads
        if self._resume_from is not None and not self._told_to_stop:
            raise ValueError(
                f"The checkpoint is of stage {self._resume_from['stage']!r}, which {type(self).__name__} with these "
                "parameters does not have. Resume with the method and the parameters that wrote it."
            )

    fit_events.__doc__ = Method.fit_events.__doc__

    def _epochs(self, stage: str, n_epochs: int, **state: Any) -> Iterator[int]:
        """Count the epochs of a stage from 1, or on from the checkpoint; ``state`` is what training changes."""
        saved = self._resume_from
        first = 1
        self._stages.append(stage)
        if saved is not None and stage in saved["finished"]:
            return
        if saved is not None and stage == saved["stage"]:
            for name, thing in state.items():
                if name in saved["state"]:  # what an older version did not keep begins anew
                    restore(thing, saved["state"][name], self.device_)
            first = saved["epoch"] + 1
            self.n_iter_ = saved["n_iter"]
            self._resume_from = None
        for epoch in range(first, n_epochs + 1):
            if self._told_to_stop:
                return
            self._at = {"stage": stage, "epoch": epoch, "n_epochs": n_epochs, "state": state}
            self._epoch_start = time.perf_counter()
            yield epoch

    def checkpoint(self) -> dict[str, Any] | None:
        """The state of training at the last `Progress` event; save or copy it before going on with the fit."""
        if not self._at:
            return None
        return {
            "stage": self._at["stage"],
            "epoch": self._at["epoch"],
            "n_iter": self.n_iter_,
            "finished": self._stages[: self._stages.index(self._at["stage"])],
            "state": {name: state_of(thing) for name, thing in self._at["state"].items()},
        }

    def _batches(self, n_samples: int, batch_size: int) -> Iterator[torch.Tensor]:
        """Shuffled rows of one epoch in batches, on the device; ends early when training is to be stopped."""
        for rows in batches(n_samples, batch_size, self._generator):
            if self.between_batches is not None and not self.between_batches():
                self._told_to_stop = True
                return
            self.n_seen_ += len(rows)
            yield rows.to(self.device_)

    def _adam(self, weights: Iterable[Any], learning_rate: float, fused: bool = False) -> torch.optim.Adam:
        """Adam in the form that the device is fastest with. fused: on a CPU, too, where it rounds a little differently."""
        import torch

        on_cuda = self.device_.type == "cuda"
        return torch.optim.Adam(weights, lr=learning_rate, fused=fused or on_cuda, capturable=on_cuda)

    def _captured(
        self, *optimisers: torch.optim.Optimizer, generators: Sequence[torch.Generator] = ()
    ) -> Callable[[Step], Step]:
        """Decorates the step of a batch: on a CUDA GPU it is captured and replayed, elsewhere it stays as it is.

        generators: what it draws from besides self._generator.
        """

        def replayed(step: Step) -> Step:
            if self._recorder is None:
                return step
            drawn = [g for g in (self._generator, *generators) if g.device.type == self.device_.type]
            return CapturedStep(step, self._recorder, optimisers, drawn, self._tell_later)

        return replayed

    def _tell_later(self, text: str) -> None:
        if all(note.text != text for note in self._untold):
            self._untold.append(Note("info", text))

    def _products(self) -> torch.autocast:
        """Inside of it convolutions and matrix products are in the precision that is wanted."""
        return bfloat16_products(self.device_, self.precision)

    @property
    def n_parameters_(self) -> int:
        """Weights of the network."""
        return sum(weights.numel() for weights in self._net.parameters())

    def _batch_size(self, n_samples: int) -> int:
        """Samples in a batch: ``batch_size``, or fewer where there would be only a step or two."""
        return int(min(self.batch_size, max(SMALLEST_BATCH, n_samples // STEPS_PER_PASS)))

    def n_passes(self, n_samples: int, batch_size: int | None = None) -> int:
        """How often an epoch of ``steps_per_epoch`` goes through all samples."""
        n_steps = max(1, int(n_samples / (batch_size or self._batch_size(n_samples)) + 0.5))
        return int(-(-self.steps_per_epoch // n_steps))

    def _passes(self, n_samples: int, batch_size: int) -> Iterator[torch.Tensor]:
        """Shuffled rows in batches, through all samples as often as `n_passes` says."""
        for _ in range(self.n_passes(n_samples, batch_size)):
            if not self._told_to_stop:
                yield from self._batches(n_samples, batch_size)

    def _report(self, losses: Means) -> Iterator[Event]:
        """The events that end an epoch: a snapshot when one is due, then its progress."""
        if self._told_to_stop:
            return  # the epoch was left half-way; a checkpoint must not be taken of it
        self.n_iter_ += 1
        while self._untold:
            yield self._untold.pop(0)
        values = losses.values()
        stage, epoch, n_epochs = self._at["stage"], self._at["epoch"], self._at["n_epochs"]
        for name, value in values.items():
            if not math.isfinite(value):
                raise ValueError(
                    f"Training diverged: the loss {name!r} became {value} in epoch {epoch} of {stage}. "
                    "Start again with a smaller learning rate, or check the data for extreme values."
                )
        if snapshot_due(epoch, n_epochs):
            yield self._snapshot(stage, epoch)
        yield Progress(stage, epoch, values, time.perf_counter() - self._epoch_start)

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        sample = snapshot_sample(len(self._x))
        embedding = self._codes(self._x[sample])
        return Snapshot(stage, epoch, sample, embedding, self._provisional_labels(embedding))

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        """Clusters of a sample while training: quick k-means, for methods whose centres come at the end."""
        from sklearn.metrics import pairwise_distances_argmin

        centers = kmeans_centers(embedding, min(self.n_clusters, len(embedding)), self._fit_seed, n_init=1)
        return np.asarray(pairwise_distances_argmin(embedding, centers), np.int64)

    # -- data in and out -----------------------------------------------------------------------------------------

    def _finish(self, X: np.ndarray, start: float) -> None:
        super()._finish(X, start)
        self._net.eval()
        del self._x, self._generator, self._recorder
        self._at = {}

    def fitted_state(self) -> dict[str, Any]:
        import torch

        arrays = {name: torch.from_numpy(array) for name, array in super().fitted_state().items()}
        return {**arrays, "net": self._net.state_dict()}

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        super().load_fitted(state)
        self.device_ = choose_device(self.device)
        self._net = self._seeded_net(0).eval()
        self._net.load_state_dict(state["net"])

    def _seeded_net(self, seed: int) -> nn.Module:
        """An untrained network on the device, made on the CPU so that a seed means the same everywhere."""
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed the GPUs' too
            return self._build(self.feature_shape_).to(self.device_)

    def _tensor(self, X: np.ndarray) -> torch.Tensor:
        """Scaled data as a float32 tensor on the device, pictures as (n, c, h, w)."""
        return picture_tensor(X).to(self.device_)

    def _codes(self, x: torch.Tensor) -> np.ndarray:
        """Latent codes float32 (n, n_components) of a tensor on the device, batch statistics frozen."""
        import torch

        was_training = self._net.training
        self._net.eval()
        with torch.no_grad():
            codes = [self._encode(x[rows.to(x.device)]) for rows in batches(len(x), 1024)]
        self._net.train(was_training)
        return to_numpy(torch.cat(codes))

    def _embed(self, X: np.ndarray) -> np.ndarray:
        return self._codes(self._tensor(X))
