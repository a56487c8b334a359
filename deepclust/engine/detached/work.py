"""Work of a detached process that can be watched: where it is, whether its process lives, and what went wrong, in words."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

from deepclust.owner import Owner, recent

State = Literal["missing", "starting", "running", "done", "stopped", "failed", "lost"]
ENDED = ("missing", "done", "stopped", "failed", "lost")
STARTING = 60.0  # seconds that a fresh process may take to speak for itself


@dataclass(frozen=True)
class Work(Owner):
    """How far some work is. now is what is computed at this moment."""

    state: State = "missing"
    _: KW_ONLY
    now: str = ""
    seconds: float = 0.0
    error: str = ""

    @property
    def live(self) -> bool:
        """Whether a process works on it."""
        return self.state not in ENDED

    @property
    def alive(self) -> bool:
        """Whether that process is there, or may still be starting."""
        if self.pid is None:
            return recent(self.heartbeat, STARTING)
        return super().alive


def failure(error: Exception) -> str:
    """An error as a sentence: our own speak for themselves, others are named."""
    return str(error) if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {error}"
