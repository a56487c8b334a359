"""Where the runs folder cannot be written, every page is there, says so, and what is started says why it cannot be."""

from __future__ import annotations

import builtins
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from deepclust.runs import Run, RunStore
from tests.pages.choose.test_choose import button


@pytest.fixture
def read_only(finished: Run, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A finished run in a folder that looks as if it were mounted read-only (tests may run as root, who may write all)."""

    def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
        def refused(path: Any, *args: Any, **kwargs: Any) -> Any:
            writes = function is not builtins_open or set("wxa+") & set(
                str(args[0] if args else kwargs.get("mode", "r"))
            )
            if writes and isinstance(path, str | Path) and Path(path).is_relative_to(store.root):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            return function(path, *args, **kwargs)

        return refused

    builtins_open, may = builtins.open, os.access
    monkeypatch.setattr(builtins, "open", refusing(builtins.open))
    for name in ("mkdir", "touch", "unlink", "rename"):
        monkeypatch.setattr(Path, name, refusing(getattr(Path, name)))
    monkeypatch.setattr(
        os, "access", lambda path, mode: may(path, mode) and not (mode & os.W_OK and path == store.root)
    )
    return finished


@pytest.mark.parametrize("page", ["data", "train", "explore", "choose"])
def test_every_page_is_there_and_says_it(app: Callable[..., AppTest], read_only: Run, page: str) -> None:
    visitor = app(page, run=read_only.id)
    assert not visitor.exception
    assert len([w for w in visitor.warning if "cannot be written" in w.value]) == 1


@pytest.mark.parametrize("view", ["Two maps", "Time machine", "Eigenvectors"])
def test_every_view_is_there(app: Callable[..., AppTest], read_only: Run, view: str) -> None:
    assert not app("explore", run=read_only.id, view=view).exception


def test_training_says_why_it_cannot_begin(app: Callable[..., AppTest], read_only: Run, store: RunStore) -> None:
    before = sorted(store.root.iterdir())
    for page, label in (("data", "Train"), ("choose", "Compare k = 2 to 20")):
        visitor = app(page, **({"run": read_only.id} if page == "choose" else {}))
        button(visitor, label).click().run()
        assert not visitor.exception
        assert "cannot be written" in visitor.error[0].value
    assert sorted(store.root.iterdir()) == before


def test_a_group_is_started_whole_or_not_at_all(
    app: Callable[..., AppTest], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, made = RunStore.create, []

    def until_full(self: RunStore, config: Any) -> Run:
        if made:
            raise OSError(errno.ENOSPC, "No space left on device")
        made.append(create(self, config))
        return made[0]

    monkeypatch.setattr(RunStore, "create", until_full)
    visitor = app("train")
    visitor.button(key="choose-LALNet").click().run()
    visitor.button(key="bench-start").click().run()
    assert not visitor.exception
    assert "is full" in visitor.error[0].value
    assert store.runs() == []
