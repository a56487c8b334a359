"""Pictures of the cards of the catalog: made once, of what is here, and not tried again where they cannot be made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.engine.intake import thumbnails as module
from deepclust.engine.intake.thumbnails import keep_thumbnails, make_thumbnails, thumbnail


def test_what_is_here_has_a_picture_and_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "usps.npz").write_bytes(b"damaged")
    kept = {name: module.CATALOG[name] for name in ("digits", "rings", "usps", "mnist", "reuters21578")}
    monkeypatch.setattr(module, "CATALOG", kept)
    make_thumbnails(tmp_path)
    made = {name for name in kept if thumbnail(name, tmp_path)}
    assert made == {"digits", "rings"}
    assert keep_thumbnails(tmp_path).state == "done"
    with Image.open(thumbnail("digits", tmp_path) or "") as picture:
        assert picture.width > 5 * picture.height
    with Image.open(thumbnail("rings", tmp_path) or "") as picture:
        assert len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) == 2


def test_a_place_that_cannot_be_written_is_no_error_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "thumbnails").write_text("a file in the way")
    assert keep_thumbnails(tmp_path).state == "failed"
