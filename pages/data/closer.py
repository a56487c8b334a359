"""Look closer at the chosen data set: what stands out, and what is done to it before training."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.data.look import SHOWN_GROUPS, Facts
from deepclust.data.prepare import HOWS
from pages.data import previews
from pages.data.near import near_copies
from pages.data.picture_features import TITLE, picture_features
from pages.visit import cached, say, session
from pages.visit.say import plain

SHOWN = 500  # rows of a list


def closer(data: Dataset) -> None:
    """Numbers and lists that may stop someone from training on bad data."""
    facts = previews.facts(st.session_state.dataset)
    for sentence in [*data.notes, *facts.warnings]:
        st.caption(f":material/info: {plain(sentence)}")
    with st.expander("Look closer", icon=":material/search:"):
        _numbers(data, facts)
        _lists(data, facts)
        if data.pictured:
            near_copies(data)
        _balance(data, facts)
    with st.expander("Prepare, or take a part", icon=":material/tune:"):
        _prepare(data, facts)


def _numbers(data: Dataset, facts: Facts) -> None:
    shape = plain(" × ".join(map(str, data.feature_shape)))
    noun = "pixel values" if data.kind == "image" else "features"
    rows = {
        "Samples": f"{data.n_samples:,}",
        "Shape of one": shape,
        "Values": f"{facts.low:.4g} to {facts.high:.4g}",
        "In memory": f"{facts.megabytes:,.1f} MB",
        f"Constant {noun}": f"{facts.n_constant:,} of {facts.n_features:,}",
        "Exact copies": f"{facts.n_copies:,}",
        "Left out on reading": f"{len(data.left_out):,}",
    }
    st.table({"fact": list(rows), "value": list(rows.values())}, border="horizontal", hide_index=True, hide_header=True)


def _lists(data: Dataset, facts: Facts) -> None:
    if data.left_out:
        st.write("**Left out**")
        st.dataframe({"file": list(data.left_out[:SHOWN])}, hide_index=True)
    if facts.copies:
        st.write(f"**Copies of each other** (at most {SHOWN_GROUPS} groups)")
        st.dataframe(
            {"the same": [", ".join(data.name_of(r) for r in group[:10]) for group in facts.copies]}, hide_index=True
        )
    if facts.constant and data.kind != "image":
        st.write("**Features that are the same everywhere**")
        named = [data.feature_name(j) for j in facts.constant[:100]] if data.feature_names else facts.constant[:100]
        st.text(", ".join(map(str, named)) + ("" if data.feature_names else " (counted from 0)"))


def _balance(data: Dataset, facts: Facts) -> None:
    """How many samples each class has, once the labels may be seen."""
    if facts.class_sizes is None:
        return
    if not session.labels_revealed(data.fingerprint):
        st.caption("Reveal the labels (at the top) to see how large the classes are.")
        return
    names = data.class_names or tuple(map(str, range(len(facts.class_sizes))))
    table = pd.DataFrame({"class": names, "samples": facts.class_sizes})
    if len(table) <= 50:
        st.bar_chart(table, x="class", y="samples", horizontal=True, sort=False)
    else:
        st.dataframe(table, hide_index=True)


def _prepare(data: Dataset, facts: Facts) -> None:
    """Preparation and subset: what suggests itself and why, and a form to change it."""
    ref = st.session_state.dataset
    base = {k: v for k, v in ref.items() if k not in ("subset", "prepare", "part")}
    whole = cached.dataset(base)
    suggestion = (previews.facts(base) if base != ref else facts).suggestion
    st.caption(f"Suggested: **{HOWS[suggestion.how][0]}**. {plain(suggestion.reason)}")
    preparation, part = ref.get("prepare") or {}, ref.get("subset") or {}
    titles = {how: title for how, (title, kinds) in HOWS.items() if whole.kind in kinds}
    if whole.kind == "image":
        titles["features"] = TITLE
    how = st.selectbox(
        "Preparation",
        list(titles),
        index=list(titles).index(preparation.get("how", "none")),
        format_func=titles.__getitem__,
        key=f"how-{whole.fingerprint}",
    )
    wanted: dict[str, Any] = {"how": how}
    if how == "pca":
        wanted["n_components"] = int(st.number_input("Dimensions", 1, 1000, int(preparation.get("n_components", 50))))
    left, right = st.columns(2)
    n = int(left.number_input("Samples", 1, whole.n_samples, int(part.get("n", whole.n_samples))))
    seed = int(right.number_input("Seed", 0, 2**31 - 1, int(part.get("seed", 0)), disabled=n == whole.n_samples))
    stratified = whole.y is not None and st.toggle(
        "Keep the share of every class",
        bool(part.get("stratified")),
        disabled=n == whole.n_samples,
        help="Looks at the labels to choose the samples. Without labels in the real world, draw at random.",
    )
    new_ref = base | ({"part": ref["part"]} if "part" in ref else {})
    if how not in ("none", "features"):
        new_ref["prepare"] = wanted
    if n < whole.n_samples:
        new_ref["subset"] = {"n": n, "seed": seed, "stratified": stratified}
    if how == "features":
        picture_features({k: v for k, v in new_ref.items() if k != "part"})
    elif new_ref != ref and st.button("Apply", type="primary"):
        try:
            cached.dataset(new_ref)
        except ValueError as error:
            say.error(error)
        else:
            session.choose_dataset(new_ref)
            st.rerun()
