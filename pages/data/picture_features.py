"""What is in the pictures: a network that others trained looks at them once, and its features are clustered in their place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from deepclust.data.intake import shown_name
from deepclust.data.picture_networks import SIZES, STANDS_APART, PictureNetwork, missing, picture_networks
from deepclust.engine.intake.featuring import featuring, featuring_of, start_features
from deepclust.engine.intake.networks import bring_network, look_at_network
from pages.visit import cached, say, session
from pages.visit.say import plain

TITLE = "What is in the pictures"
WORKING = "featuring"  # in the session: the reference and the network that is looking at its pictures
BROUGHT = "brought-network"  # in the session: a network whose numbers are still to be confirmed
NEXT = "next-network"  # in the session: a network that was brought just now, to be the chosen one


def picture_features(ref: Mapping[str, Any]) -> None:
    """Choose a network, let it look at the pictures of a reference, and go on with what it saw."""
    state = st.session_state
    st.caption(
        f"A network that knows many things turns every picture into some hundred numbers. {STANDS_APART} "
        "For photos they sort far better than pixels; for digits and the like, training from pixels does."
    )
    networks = {network.name: network for network in picture_networks(cached.store().datasets)}
    if NEXT in state:  # before the control is drawn, as Streamlit wants it
        state["picture-network"] = state.pop(NEXT)
    name = st.selectbox(
        "Network", list(networks), format_func=lambda n: plain(networks[n].title), key="picture-network"
    )
    network = networks[name]
    problem = missing(network)
    if problem:
        st.info(plain(problem), icon=":material/info:")
    if WORKING in state:
        st.fragment(_progress, run_every=1.0)(*state[WORKING])
    elif st.button("Look at the pictures", type="primary", disabled=bool(problem), icon=":material/visibility:"):
        with say.failures():
            start_features(ref, cached.dataset(ref), network.name, cached.store().datasets)
            state[WORKING] = (dict(ref), network.name)
            st.rerun()
    with st.expander("Bring a network of your own (TorchScript)"):
        _bring()


def _progress(ref: Mapping[str, Any], network: str) -> None:
    """How far it is. It goes on in a process of its own, whatever the page does; when it is done, its data are chosen."""
    data, folder = cached.dataset(ref), cached.store().datasets
    report = featuring(data, network, folder)
    if report.live:
        so_far = f"{plain(report.doing)}: {report.done:,} of {report.total:,}"
        st.progress(report.done / max(report.total, 1), text=so_far)
        if st.button("Stop"):
            featuring_of(data, network, folder).stop()
        return
    st.session_state.pop(WORKING, None)
    if report.state == "done":
        session.choose_dataset(report.ref)
    elif report.error:
        say.error(report.error)
        return
    st.rerun()


def _bring() -> None:
    state = st.session_state
    network: PictureNetwork | None = state.get(BROUGHT)
    if network is None:
        st.caption(
            "A network that takes pictures (n, 3, size, size) and gives features, saved with torch.jit.trace or "
            "torch.jit.script. Such a file is a program: bring none that you do not trust."
        )
        turn = state.setdefault("network-turn", 0)  # a new key empties the uploader
        file = st.file_uploader("TorchScript file", type=["pt", "pth", "ts", "torchscript"], key=f"network-{turn}")
        if file is not None:
            state["network-turn"] = turn + 1
            with say.failures(), st.spinner("Opening it in a process apart"):
                state[BROUGHT] = look_at_network(_on_disk(file.getbuffer()), shown_name(Path(file.name).stem))
                st.rerun()
        return
    title = st.text_input("Name", network.title, max_chars=60)
    size = int(st.number_input("Side of its pictures in pixels", *SIZES, network.size))
    mean = _three("Mean of red, green, blue (of 0 to 1)", network.mean)
    std = _three("Standard deviation of red, green, blue", network.std)
    with st.container(horizontal=True):
        use, leave = st.button("Use this network", type="primary"), st.button("Discard", key="discard-network")
    if use:
        with say.failures(), st.spinner("Trying it on two pictures"):
            chosen = PictureNetwork(network.name, shown_name(title), size, mean, std, network.file)
            state[NEXT] = bring_network(chosen, cached.store().datasets).name
            leave = True
    if leave and network.file is not None:
        network.file.unlink(missing_ok=True)
        del state[BROUGHT]
        st.rerun()


def _three(label: str, values: tuple[float, ...]) -> tuple[float, ...]:
    columns = st.columns(3)
    return tuple(
        float(column.number_input(label if i == 0 else " " * i, value=values[i], format="%.4f", key=f"{label}-{i}"))
        for i, column in enumerate(columns)
    )


def _on_disk(content: Any) -> Path:
    handle, name = tempfile.mkstemp(suffix=".pt")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return Path(name)
