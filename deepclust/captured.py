"""Steps of training that are captured once and then replayed: on a CUDA GPU one call launches all the kernels of a step.

A step is a function of tensors of fixed shapes. It takes a gradient step and returns the named terms of its loss. What its
numbers depend on lies in tensors whose addresses stay (networks, data) or comes in as an argument; what it draws, it draws
from generators that are named; and it never looks at a number (`is_captured`). docs/decisions/0024-captured-steps.md.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import torch

    Terms = dict[str, torch.Tensor]
    Step = Callable[..., Terms]

T = TypeVar("T")
SWITCH = "DEEPCLUST_CAPTURE"  # 0 in the environment: every step runs as it is
WARM_UP = 3  # steps of each shape that run as they are before one is captured: kernels are chosen, buffers made
MOST_GRAPHS = 4  # of one step: whole batches and last ones, and some more where shapes change while training
_CAPTURED: ContextVar[bool] = ContextVar("captured", default=False)


def is_captured() -> bool:
    """Whether the step that runs is captured, or will be: then no number may be read back, nor decide what is computed."""
    return _CAPTURED.get()


class Recorder(Protocol):
    """How a device records the work of a step."""

    def warm_up(self, run: Callable[[], T]) -> T:
        """Run a step as it is, where it can be captured afterwards."""

    def capture(self, run: Callable[[], T], generators: Sequence[torch.Generator]) -> tuple[Callable[[], object], T]:
        """Record a step without running it: what replays it, and the tensors that it then fills. RuntimeError if it cannot."""

    def recover(self, generators: Sequence[torch.Generator], states: Sequence[torch.Tensor]) -> None:
        """Bring generators back to where they were before a capture that failed."""


class CudaRecorder:
    """CUDA graphs: warm-up and capture on a stream of their own, as torch asks."""

    def __init__(self, device: torch.device) -> None:
        import torch

        self._device, self._stream = device, torch.cuda.Stream(device)

    def warm_up(self, run: Callable[[], T]) -> T:
        import torch

        current = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            answer = run()
        current.wait_stream(self._stream)
        return answer

    def capture(self, run: Callable[[], T], generators: Sequence[torch.Generator]) -> tuple[Callable[[], object], T]:
        import torch

        graph, current = torch.cuda.CUDAGraph(), torch.cuda.current_stream(self._device)
        for generator in generators:
            graph.register_generator_state(generator)
        # thread_local: what another thread asks of the GPU, say how much memory is free, does not break the capture
        try:
            with torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
                answer = run()
        except RuntimeError:
            torch.cuda.set_stream(current)  # a capture that is broken off leaves its own stream as the current one
            raise
        return graph.replay, answer

    def recover(self, generators: Sequence[torch.Generator], states: Sequence[torch.Tensor]) -> None:
        import torch

        torch.cuda.synchronize(self._device)
        for generator, state in zip(generators, states, strict=True):
            # after a capture that was broken off a generator still counts for the graph, and would refuse to draw
            fresh = torch.Generator(generator.device)
            fresh.set_state(state)
            generator.graphsafe_set_state(fresh)


def recorder_for(device: torch.device) -> Recorder | None:
    """What captures steps on a device; None where they run as they are: on all but CUDA, or with ``DEEPCLUST_CAPTURE=0``."""
    if device.type != "cuda" or os.environ.get(SWITCH) == "0":
        return None
    return CudaRecorder(device)


class CapturedStep:
    """A step that runs as it is `WARM_UP` times, then is captured, and from then on replayed.

    Called with the step's arguments, it gives the terms, which the next call overwrites. There is a graph for each combination of
    shapes, and for what the optimisers are set to: a new learning rate is captured anew. Arguments are copied into the graph's
    own buffers, but for those that are the same object as the time before, unchanged. Where capturing fails, ``tell`` is
    called with a sentence that says why, and the step goes on as it is, to the same end.
    """

    def __init__(
        self,
        step: Step,
        recorder: Recorder,
        optimisers: Sequence[torch.optim.Optimizer],
        generators: Sequence[torch.Generator],
        tell: Callable[[str], object],
    ) -> None:
        self._step, self._optimisers, self._generators, self._tell = step, optimisers, generators, tell
        self._recorder: Recorder | None = recorder
        self._graphs: OrderedDict[Any, _Graph] = OrderedDict()
        self._warm: dict[Any, int] = {}
        self._settings: Any = None

    def __call__(self, *arguments: torch.Tensor) -> Terms:
        recorder = self._recorder
        if recorder is None:
            return self._run(arguments)
        shapes = tuple((tuple(a.shape), a.dtype) for a in arguments)
        if self._warm.get(shapes, 0) < WARM_UP:
            self._warm[shapes] = self._warm.get(shapes, 0) + 1
            with _captured():
                return recorder.warm_up(lambda: self._run(arguments))
        settings = [[_setting(g["lr"]) for g in optimiser.param_groups] for optimiser in self._optimisers]
        if settings != self._settings:
            self._graphs.clear()
            self._settings = settings
        graph = self._graphs.get(shapes)
        if graph is None:
            graph = self._capture(recorder, arguments)
            if graph is None:
                return self._run(arguments)
            self._graphs[shapes] = graph
            while len(self._graphs) > MOST_GRAPHS:
                self._graphs.popitem(last=False)
        self._graphs.move_to_end(shapes)
        return graph.replay(arguments)

    def _run(self, arguments: Sequence[torch.Tensor]) -> Terms:
        # detached: whoever keeps the terms must not keep what led to them, or gradients would be added up on the wrong stream
        return {name: value.detach() for name, value in self._step(*arguments).items()}

    def _capture(self, recorder: Recorder, arguments: Sequence[torch.Tensor]) -> _Graph | None:
        states = [generator.get_state() for generator in self._generators]
        buffers = [argument.clone() for argument in arguments]
        try:
            with _captured():
                launch, terms = recorder.capture(lambda: self._run(buffers), self._generators)
        except RuntimeError as error:
            self._recorder = None
            self._graphs.clear()
            recorder.recover(self._generators, states)
            reason = str(_first(error)).strip().split("\n")[0].rstrip(".")
            self._tell(
                f"Steps run kernel by kernel, which is slower and learns the same: they could not be captured as a CUDA graph "
                f"({reason})."
            )
            return None
        return _Graph(launch, buffers, terms)


class _Graph:
    """A captured step with the buffers that it reads, and the terms that it fills."""

    def __init__(self, launch: Callable[[], object], buffers: list[torch.Tensor], terms: Terms) -> None:
        self._launch, self._buffers, self._terms = launch, buffers, terms
        self._given: list[tuple[torch.Tensor, int] | None] = [None] * len(buffers)

    def replay(self, arguments: Sequence[torch.Tensor]) -> Terms:
        for i, (buffer, argument) in enumerate(zip(self._buffers, arguments, strict=True)):
            last = self._given[i]
            if last is None or last[0] is not argument or last[1] != argument._version:
                buffer.copy_(argument)
                self._given[i] = argument, argument._version
        self._launch()
        return self._terms


def _first(error: BaseException) -> BaseException:
    """What went wrong first: ending a capture that is broken already fails as well, and says less."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _setting(rate: Any) -> Any:
    """A learning rate as a number: a tensor is read where it lies, and so is no reason to capture anew."""
    return rate if isinstance(rate, float | int) else None


@contextmanager
def _captured() -> Iterator[None]:
    token = _CAPTURED.set(True)
    try:
        yield
    finally:
        _CAPTURED.reset(token)
