"""A recorder of steps for machines without a GPU: it runs them, and holds them to what a CUDA graph asks of them.

A graph replays kernels with the addresses that they had: it cannot look at a number, make tensors whose size depends on one, talk
to the CPU, draw from a generator that it was not told of, or use a tensor that has moved since. Here each of these is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from contextvars import copy_context
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

#: What reads a number back, or makes tensors of a size that depends on numbers.
LOOKS = {
    "aten::_local_scalar_dense",
    "aten::bincount",
    "aten::equal",
    "aten::is_nonzero",
    "aten::item",
    "aten::masked_select",
    "aten::nonzero",
    "aten::repeat_interleave.Tensor",
    "aten::unique_consecutive",
    "aten::_unique2",
}
#: Memory that comes from the CPU: a number list or a numpy array.
FROM_PYTHON = {"aten::lift_fresh", "aten::_to_copy.from_cpu"}
MAKERS = {
    getattr(torch, name)
    for name in ["arange", "empty", "eye", "full", "linspace", "ones", "rand", "randint", "randn", "randperm", "zeros"]
}
CHECKED = 2  # replays of a capture: the first tells what a step uses, the second that it uses the same


class Strict(TorchDispatchMode):
    """Raises where a step does what cannot be captured. It remembers the tensors from outside that the step uses, by address."""

    def __init__(self, generators: Sequence[torch.Generator]) -> None:
        super().__init__()
        self._generators = {g._cdata for g in generators}
        self._own: dict[int, torch.Tensor] = {}  # kept alive, so that no address is given twice
        self.outside: dict[int, torch.Tensor] = {}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = func.name()
        if name in LOOKS or name in FROM_PYTHON:
            raise RuntimeError(f"{name} cannot be captured")
        if name.startswith("aten::index") and any(
            t is not None and t.dtype in (torch.bool, torch.uint8)
            for t in tree_leaves(args[1])
            if isinstance(args[1], (list, tuple))
        ):
            raise RuntimeError(f"{name} with a mask cannot be captured: its size is not known")
        self._check_draws(func, args, kwargs)
        for tensor in tree_leaves((args, kwargs)):
            if isinstance(tensor, torch.Tensor) and _address(tensor) not in self._own:
                self.outside[_address(tensor)] = tensor
        answer = func(*args, **kwargs)
        for tensor in tree_leaves(answer):
            if isinstance(tensor, torch.Tensor) and _address(tensor) not in self.outside:
                self._own[_address(tensor)] = tensor
        return answer

    def _check_draws(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if torch.Tag.nondeterministic_seeded not in func.tags:
            return
        named = [a for a in (*args, *kwargs.values()) if isinstance(a, torch.Generator)]
        if not named or named[0]._cdata not in self._generators:
            raise RuntimeError(f"{func.name()} draws from a generator that is not registered")


class Placed(TorchFunctionMode):
    """Raises where a tensor is made without saying on which device: it would be on the CPU."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in MAKERS and (kwargs or {}).get("device") is None:
            raise RuntimeError(f"{func.__name__} makes a tensor without saying on which device")
        return func(*args, **(kwargs or {}))


class StrictRecorder:
    """Runs every step, checked. ``replayed``: how many were replayed; ``addresses``: of the last capture's foreign tensors."""

    def __init__(self) -> None:
        self.warm = self.captures = self.replayed = 0

    def warm_up(self, run: Callable[[], Any]) -> Any:
        self.warm += 1
        return run()

    def capture(self, run: Callable[[], Any], generators: Sequence[torch.Generator]) -> tuple[Callable[[], Any], Any]:
        self.captures += 1
        terms: dict[str, torch.Tensor] = {}
        known: dict[int, torch.Tensor] = {}
        context = copy_context()

        checked = 0

        def replay() -> None:
            nonlocal checked
            checked += 1
            mode = Strict(generators)
            with ExitStack() as modes:
                if checked <= CHECKED:
                    modes.enter_context(Placed())
                    modes.enter_context(mode)
                new = context.run(run)
            if known:  # weights, states of the optimiser, data, targets: where they were
                moved = [t for address, t in mode.outside.items() if address not in known and t.numel() > 1]
                if moved:
                    raise RuntimeError(f"a tensor {tuple(moved[0].shape)} was not there when the step was captured")
                for name, value in new.items():
                    terms[name].copy_(value)
            else:
                known.update(mode.outside)
                terms.update({name: value.clone() for name, value in new.items()})
            self.replayed += 1

        # a capture runs nothing: its first replay is the first run, and what that uses is what it must use from then on
        return replay, terms

    def recover(self, generators: Sequence[torch.Generator], states: Sequence[torch.Tensor]) -> None:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def _address(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
