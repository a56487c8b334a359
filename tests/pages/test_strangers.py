"""Whatever is in a run, its data and an address: the pages show it as words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from deepclust.runs import Run, RunStore
from pages.visit.say import JOINER
from pages.visit.session import PARTS
from tests.pages.explore.test_explore import reveal
from tests.pages.strangers import LINK, PICTURE, WORDS, strange_run

#: What Streamlit renders nothing in: whole elements, and texts of others.
AS_IT_IS = {"text", "code", "arrow_data_frame", "plotly_chart", "bidi_component", "echarts_chart", "iframe", "imgs"}
NOT_RENDERED = {"id", "element_id", "alt", "placeholder", "file_name", "url", "form_id"}
ONLY_LABELLED = {"selectbox", "multiselect", "text_input"}  # their options and values are words
ATTACK = re.compile("|".join(re.escape(name) for name in (PICTURE, LINK, ":red[", "$x$", ":material/skull:")))


def texts(message: Message, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """All texts of an element that may be rendered, with where they are in it."""
    for field, value in message.ListFields():
        if field.name in AS_IT_IS or field.name in NOT_RENDERED:
            continue
        if ONLY_LABELLED & {*path} and field.name not in ("label", "help"):
            continue
        values = value if field.is_repeated else [value]
        for one in values:
            if field.type == FieldDescriptor.TYPE_MESSAGE and isinstance(one, Message):
                yield from texts(one, (*path, field.name))
            elif field.type == FieldDescriptor.TYPE_STRING:
                yield ".".join((*path, field.name)), one


def elements(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        yield child
        yield from elements(child)


def rendered(visitor: AppTest) -> list[tuple[str, str]]:
    found = []
    for root in visitor._tree.children.values():
        for element in (root, *elements(root)):
            proto = getattr(element, "proto", None)
            kind = (element.type,) if isinstance(element.type, str) else ()
            if isinstance(proto, Message) and not {*kind} & AS_IT_IS:
                found += texts(proto, kind)
    return found


def attacks(visitor: AppTest) -> list[tuple[str, str]]:
    """Texts in which an attack stands as it is; that of HTML is one only as a tag."""
    return [
        (where, text[:200])
        for where, text in rendered(visitor)
        if ("<img src=http" in text if where.startswith("html") else ATTACK.search(text.replace("\\[", "\\ ")))
    ]


def shown(visitor: AppTest, words: str) -> bool:
    """Whether some words can be read on the page."""
    return any(words in re.sub(r"\\(.)", r"\1", text.replace(JOINER, "")) for _, text in rendered(visitor))


def test_a_run_and_its_data(app: Callable[..., AppTest], store: RunStore) -> None:
    run = strange_run(store)
    for page in ("explore", "data", "train", "choose"):
        visitor = app(page, run=run.id)
        assert attacks(visitor) == []
        reveal(visitor)
        assert attacks(visitor) == []
        assert shown(visitor, WORDS)
    for view in ("All runs", "Two on one map", "Side by side"):
        visitor = app(
            "compare", run=run.id, runs=view, find=PICTURE, only=f"data={LINK}", by="Tag", pair=LINK, side=WORDS
        )
        reveal(visitor)
        assert attacks(visitor) == []
    for view in ("Two maps", "Time machine", "Eigenvectors"):
        visitor = app("explore", run=run.id, view=view, k=3)
        assert attacks(visitor) == []
        assert shown(visitor, WORDS)


@pytest.mark.parametrize("forgotten", ["pages.parts.strip.plain", "pages.train.live.plain", "pages.visit.say.plain"])
def test_what_is_forgotten_is_found(
    app: Callable[..., AppTest], store: RunStore, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    run = strange_run(store)
    monkeypatch.setattr(forgotten, str)
    assert attacks(app("train", run=run.id)) != []


def test_an_address(app: Callable[..., AppTest]) -> None:
    visitor = app("data", run=f"{LINK} {PICTURE}", view=WORDS, left=WORDS, k=WORDS)
    assert attacks(visitor) == []
    assert shown(visitor, f"There is no run '{LINK} {PICTURE}'")


@pytest.mark.parametrize("k", ["9" * 5000, "²", "-1", "0", "1e9"])
def test_a_k_of_the_address_that_is_none_is_not_taken(app: Callable[..., AppTest], finished: Run, k: str) -> None:
    visitor = app("explore", run=finished.id, k=k)
    assert any(c.value.startswith("k = 3: the clusters that KMeans found") for c in visitor.caption)


@pytest.mark.parametrize("nonsense", ["x" * 1000, "\0", WORDS])
def test_a_view_of_the_address_that_is_none_is_the_first_one(
    app: Callable[..., AppTest], finished: Run, nonsense: str
) -> None:
    for view in ("Clusters", "Two maps"):
        visitor = app("explore", **{"run": finished.id, **dict.fromkeys(PARTS, nonsense), "view": view})
        assert attacks(visitor) == []
    assert attacks(app("explore", run=finished.id, view=nonsense)) == []


def test_an_address_of_a_thousand_letters_is_a_short_sentence(app: Callable[..., AppTest]) -> None:
    assert len(app("data", run="x" * 1000).warning[0].value) < 400
