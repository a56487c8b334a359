"""What every projection is: facts that a page needs to offer it, hyper-parameters, and how it lays samples out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from deepclust.params import param

# report(fraction in [0, 1], text); it may raise to stop
Report = Callable[[float, str], None]


@dataclass_transform(field_specifiers=(param,))
@dataclass
class ProjectionMethod:
    """Base of all projections. A subclass gives facts, `embed`, and `settle` where a layout can go on from given positions.

    The class is a dataclass of its hyper-parameters (`deepclust.params.param`). Its module's name is what maps on disk
    and pages call it, see `PROJECTIONS`.
    """

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    note: ClassVar[str] = ""  # what can be believed of the map, and what cannot
    reference: ClassVar[str] = ""
    #: Which map is the most telling where several are there: the lowest.
    rank: ClassVar[int] = 50
    #: Whether one waits for it, so that a page first asks for a sample and says how far it is.
    slow: ClassVar[bool] = True
    #: So many samples are mapped within some seconds; of more a page first shows a sample.
    at_once: ClassVar[int] = 2_000
    #: Modules that only the process that computes maps may load; one that needs numba is compiled there in advance.
    heavy: ClassVar[tuple[str, ...]] = ()
    min_samples: ClassVar[int] = 4
    #: Whether `settle` is given, as a time machine needs it.
    settles: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(cls)
        cls.settles = cls.settle is not ProjectionMethod.settle

    def cut_to(self, n_samples: int) -> Self:
        """Itself with neighbourhoods no larger than so many samples allow."""
        return self

    def embed(
        self, X: NDArray[np.float32], n_components: int, random_state: int, report: Report
    ) -> NDArray[np.float32]:
        """Points (n, n_components) of X (n, d), n >= min_samples and as large as `cut_to` was told."""
        raise TypeError(f"{type(self).__name__} must define embed")

    def settle(
        self, X: NDArray[np.float32], start: NDArray[np.float32], random_state: int, report: Report
    ) -> NDArray[np.float32]:
        """As `embed`, from a layout ``start`` (n, m) that is nearly right, in its own size and in fewer steps."""
        raise ValueError(f"{self.title} cannot start from given positions.")

    def explained(self, X: NDArray[np.float32], points: NDArray[np.float32]) -> float | None:
        """Share of the variance of X (n, d) that points (n, m) show, where that means something."""
        return None

    @classmethod
    def warm_up(cls) -> None:
        """Load what it needs and have numba compile it on a few points, the same way as later for everyone."""
        if "numba" in cls.heavy:
            cls().embed(np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32), 2, 0, lambda *_: None)
        for module in cls.heavy:
            importlib.import_module(module)
