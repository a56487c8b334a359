"""The Two maps view: two spaces of the same samples, one selection, and an address that brings both back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import map_job
from deepclust.runs import Run, RunStore
from deepclust.spaces import INPUT
from tests.figures.test_webmap import unpacked


@pytest.fixture
def mapped(finished: Run, store: RunStore) -> Run:
    """A finished run of which the PCA map of the input is there, too."""
    run_job(map_job(finished, store, INPUT, "pca"), lambda fraction, text: None)
    return finished


def said(visitor: AppTest, side: str, part: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A message to the left or the right map."""
    for element in visitor.get("bidi_component"):
        if element.proto.component_name == "deepclust_wire":
            header, arrays = unpacked(element.proto.bytes)
            if header["part"] == part and f"-{side}-" in header["map"]:
                return header, arrays
    raise AssertionError(f"nothing was said to the {side} map about {part}")


def control(visitor: AppTest, label: str, side: int) -> Any:
    return [c for c in visitor.get("button_group") if c.label == label][side]


def test_input_and_latent_space_stand_side_by_side_with_one_selection(app: Callable[..., AppTest], mapped: Run) -> None:
    visitor = app("explore", run=mapped.id, view="Two maps")
    codes = [said(visitor, side, "paint")[1]["codes"].tolist() for side in ("left", "right")]
    assert codes[0] == codes[1]
    links = {e.proto.json for e in visitor.get("bidi_component") if e.proto.component_name == "deepclust_map"}
    assert len(links) == 2
    assert all('"height": 0' in link or '"height":0' in link for link in links), (
        "they have the room that the window leaves"
    )
    assert ["PCA of Input" in c.value or "PCA of Latent space" in c.value for c in visitor.caption].count(True) == 2
    visitor.session_state["selection"] = (mapped.id, np.array([3, 7]))
    visitor.run()
    for side in ("left", "right"):
        bits = said(visitor, side, "chosen")[1]["bits"]
        assert np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist() == [3, 7]


def test_the_choice_is_kept_in_the_address_and_comes_back(
    app: Callable[..., AppTest], mapped: Run, store: RunStore
) -> None:
    visitor = app("explore", run=mapped.id, view="Two maps")
    left = said(visitor, "left", "frame")[0]["version"]
    assert "left" not in visitor.query_params, "what it opens with need not be said"
    control(visitor, "Space", 0).set_value("latent").run()
    assert visitor.query_params["left"] in ("latent.pca", ["latent.pca"])
    changed = said(visitor, "left", "frame")[0]["version"]
    assert changed != left
    again = app("explore", run=mapped.id, view="Two maps", left="latent.pca")
    assert said(again, "left", "frame")[0]["version"] == changed
    control(visitor, "Space", 0).set_value("input").run()
    assert "left" not in visitor.query_params


@pytest.mark.parametrize("address", ["nonsense", "eigen.nothing", "space:Gone.pca", ""])
def test_an_address_that_makes_no_sense_shows_what_comes_first(
    app: Callable[..., AppTest], mapped: Run, address: str
) -> None:
    visitor = app("explore", run=mapped.id, view="Two maps", left=address)
    assert control(visitor, "Space", 0).value == "input"


def test_a_map_that_is_not_there_is_asked_for(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, view="Two maps", right="latent.umap")
    assert not visitor.exception
    assert said(visitor, "right", "frame")[1]["xy"].size == 240, "PCA of the latent space meanwhile"
    jobs = list((finished.folder.parent / "projector" / "jobs").glob("*.json"))
    assert len(jobs) == 2, "of the input on the left, and UMAP on the right"
