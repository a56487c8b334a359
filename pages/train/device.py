"""What a run says of the device that it trains on, or waits for."""

from __future__ import annotations

from collections.abc import Sequence

from deepclust.engine.training.memory import in_bytes
from deepclust.runs import Run, RunStatus
from pages.parts.strip import label_of
from pages.visit.say import plain


def waiting_line(device: str, ahead: Sequence[Run]) -> str:
    """Which run a queued one waits for, and where."""
    if not ahead:
        return "Preparing: loading torch and the data"
    training = next((run for run in ahead if run.status().state in ("running", "paused")), ahead[0])
    more = f", and for {len(ahead) - 1} more in the queue" if len(ahead) > 1 else ""
    return f"Waits for **{plain(label_of(training))}** on {plain(device)}{more}. One run trains on a device at a time."


def device_facts(status: RunStatus, samples: str) -> list[str]:
    """Device or card, memory, and how many ``samples`` a second; what is not known is left out."""
    facts = [plain(status.where)]
    if status.memory:
        of_all = f" of {in_bytes(status.memory_total)}" if status.memory_total else ""
        facts.append(f"{in_bytes(status.memory)}{of_all}")
    if status.speed and status.state == "running":
        facts.append(
            f"{status.speed:,.0f} {samples} a second"
            if status.speed >= 10
            else f"{status.speed:.1f} {samples} a second"
        )
    return facts
