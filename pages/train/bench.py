"""The Transformations bench: pick sets, see what they do to a few samples, and start one run for each of them."""

from __future__ import annotations

import html

import streamlit as st

from deepclust.data.catalog.table import published_rungs
from deepclust.data.dataset import Dataset
from deepclust.engine.asking.ask import variants
from deepclust.engine.estimating.estimate import estimate, in_time
from deepclust.figures.multiples import combination, headings, how_to_read, words_of
from deepclust.runs import RunConfig
from deepclust.transforms import IDENTITY, PICTURE, TRANSFORMATIONS, VECTOR, kind_of, names_for
from pages.parts.start import start_group
from pages.visit import cached, say, session
from pages.visit.say import plain

VARIED = "transforms"  # the hyper-parameter that the runs of a bench differ in
SHOWN = 6
FIRST = {PICTURE: ("D4", "half-turn", "translate-8"), VECTOR: ("signs-8", "permute-8")}
COLUMN = 50  # pixels of a thumbnail with its gap


def bench(data: Dataset, config: RunConfig) -> None:
    """The bench under the form of a method; ``config`` is what the form says."""
    with st.container(border=True, key="bench"):
        st.subheader("Transformations bench", anchor=False)
        st.caption(
            "Which transformations the network learns to tell apart decides which clusters appear. Pick two or more sets, "
            "look at what they do to your data, and train once with each: everything else stays as in the form above."
        )
        kind = kind_of(data.feature_shape)
        picked = _pick(kind)
        _previews(data, picked)
        _published(data, config, picked)
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Start 1 run" if len(picked) == 1 else f"Start {len(picked)} runs"
            pressed = st.button(
                label, type="primary", icon=":material/grid_view:", key="bench-start", disabled=not picked
            )
            if not picked:
                st.caption("Pick at least one set.")
                return
            configs = variants(config, VARIED, picked, "Transformations")
            seconds = estimate(configs[0], cached.store()).seconds * len(configs)
            st.caption(f"About **{in_time(seconds)}** for all, one after the other, with seed {config.seed} in each")
        if pressed:
            with say.failures():
                start_group(configs)
                st.rerun()


def _pick(kind: str) -> list[str]:
    """The named sets to compare, and combinations of the visitor's own."""
    state, key, own_key = st.session_state, f"bench-sets-{kind}", f"bench-own-{kind}"
    own = state.setdefault(f"bench-combinations-{kind}", [])
    if key not in state:
        state[key] = list(FIRST[kind])
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        picked = st.multiselect(
            "Sets to compare",
            [*names_for(kind), *own],
            key=key,
            persist_state="session",
            help="Sets of transformations, among them those of the paper's figure 8. Every one has the samples as they are.  \n"
            + "  \n".join(f"**{plain(name)}**: {words_of(name)}" for name in (*names_for(kind), *own)),
        )
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        singles = [n for n, t in TRANSFORMATIONS.items() if kind in t.kinds and n != IDENTITY]
        parts = st.multiselect(
            "Own combination",
            singles,
            key=own_key,
            format_func=lambda name: f"{name}: {TRANSFORMATIONS[name].words}",
            placeholder="Pick transformations",
        )
        st.button("Add", on_click=_add, args=(kind, parts), disabled=not parts, key="bench-add")
    return list(picked)


def _add(kind: str, parts: list[str]) -> None:
    """Put a combination among the sets and pick it; one that has a name already is picked by that."""
    state, key = st.session_state, f"bench-sets-{kind}"
    name = combination(parts, kind)
    own = state[f"bench-combinations-{kind}"]
    if name not in (*names_for(kind), *own):
        own.append(name)
    if name not in state[key]:
        state[key] = [*state[key], name]
    state[f"bench-own-{kind}"] = []


def _previews(data: Dataset, picked: list[str]) -> None:
    """A few samples under each transformation of each set, as one picture per set."""
    figures = "".join(_preview(data, name) for name in picked)
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:1.1rem 2rem">{figures}</div>')
    if picked and kind_of(data.feature_shape) == VECTOR:
        st.caption(how_to_read(data.feature_shape[0]))


def _published(data: Dataset, config: RunConfig, picked: list[str]) -> None:
    """What the paper reports with these sets, its figure 8, once labels are revealed."""
    rows = published_rungs(config.dataset, config.method) if session.labels_revealed(data.fingerprint) else {}
    known = [f"{name} {rows[name].acc:.3f}" for name in picked if name in rows]
    if known:
        (source,) = {row.source for row in rows.values()}
        st.caption(
            f"ACC as published ({plain(source)}, figure 8 and section 4.6, means of 10 runs of 400 epochs on the train part, judged on the test "
            f"part): {plain(', '.join(known))}."
        )


def _preview(data: Dataset, name: str) -> str:
    columns = headings(name, data.feature_shape)
    heads = "".join(
        f'<span title="{html.escape(explanation)}"><b>{html.escape(head).replace("-", "-<wbr>")}</b><br>{html.escape(mark)}</span>'
        for head, mark, explanation in columns
    )
    n_shown = min(SHOWN, data.n_samples)
    return (
        f'<figure style="margin:0;max-width:100%;min-width:10rem">'
        f'<figcaption style="font-size:.9rem;margin-bottom:.3rem"><b>{html.escape(name)}</b> '
        f'<span style="opacity:.7">{html.escape(words_of(name))}</span></figcaption>'
        f'<div style="width:{COLUMN * len(columns)}px;max-width:100%">'
        f'<div style="display:grid;grid-template-columns:repeat({len(columns)},minmax(0,1fr));align-items:end;'
        f'text-align:center;font-size:.72rem;line-height:1.15;opacity:.85;margin-bottom:.2rem">{heads}</div>'
        f'<img src="{cached.transformed(data, name, SHOWN)}" style="width:100%;image-rendering:pixelated" '
        f'alt="{n_shown} samples, one a row, under each transformation of {html.escape(name)}"></div></figure>'
    )
