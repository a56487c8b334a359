"""Graphics cards: how many there are, what one is called, how full it is, and what lack of memory looks like."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepclust.compute import DEVICES, likely_device

if TYPE_CHECKING:
    import torch

# words of errors of torch that have no class of their own: on a CPU, on an Apple GPU, and of CUDA's libraries
NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


@dataclass(frozen=True)
class Card:
    """A device as torch sees it: "cuda:1" and what its maker calls it; bytes it has, and bytes nobody else has taken."""

    device: str
    name: str
    total: int
    free: int


def likely_cards() -> int:
    """How many cards "auto" may take, guessed without loading torch; 0 where it will not take a CUDA card."""
    if likely_device("auto") != "cuda":
        return 0
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([card for card in visible.split(",") if card.strip() not in ("", "-1")])
    return max(1, len(list(Path("/dev").glob("nvidia[0-9]*"))))


def device_choices() -> tuple[str, ...]:
    """What a form offers as the device: each card by its number where there are several."""
    cards = likely_cards()
    return (*DEVICES, *(f"cuda:{number}" for number in range(cards if cards > 1 else 0)))


def card_of(device: torch.device) -> Card | None:
    """The card behind a device; None for a device without memory of its own. ``free`` counts what this process has reserved."""
    import torch

    if device.type != "cuda":
        return None
    number = torch.cuda.current_device() if device.index is None else device.index
    free, total = torch.cuda.mem_get_info(number)
    own = torch.cuda.memory_reserved(number)
    return Card(f"cuda:{number}", torch.cuda.get_device_name(number), total, free + own)


def granted_card(slot: str) -> str:
    """What "auto" becomes for a run that was given ``slot``: that card where torch sees it, else "auto" as it was."""
    import torch

    kind, _, number = slot.partition(":")
    return slot if kind == "cuda" and int(number or 0) < torch.cuda.device_count() else "auto"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of a card or of the machine."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY)
