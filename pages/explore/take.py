"""Take it with you: what is seen as files (table, pictures, map, report, run, notebook), and the link to this very view."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from typing import IO, Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.projections import PROJECTIONS, Projection
from deepclust.runs import Run
from pages.visit import cached, session

SEEN = "map-seen"  # in the session: the map that the page has drawn last


def see(run: Run, found: Projection, painted: Mapping[str, Any], k: int, space: str) -> None:
    """Note the map that the Clusters view draws, and of what space, so that it can be taken along as it is seen."""
    st.session_state[SEEN] = (run.id, found, dict(painted), k, space)


def take(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """The button, and behind it everything that there is to take along. Files are made when they are asked for."""
    with st.popover("Take it with you", icon=":material/download:"):
        st.fragment(_offers)(run, data, k, revealed)


def _offers(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    from deepclust.exports.bundle import own_data_size, size_of
    from deepclust.exports.notebook import write_notebook
    from deepclust.exports.pictures import write_pictures
    from deepclust.exports.report import write_report
    from deepclust.exports.table import write_table
    from deepclust.exports.view import view_of

    store = cached.store()
    name = f"{run.id}-k{k}"

    def view() -> Any:
        return view_of(run, data, k, revealed=revealed)

    with st.container(horizontal=True, gap="small"):
        _offer(
            "Table (CSV)",
            f"{name}.csv",
            lambda file: write_table(view(), file),
            "A row for each sample: its cluster, the name of the cluster, and how sure it is."
            + (" And its class, as the labels are revealed." if revealed else ""),
        )
        _offer(
            "Folders (zip)",
            f"{name}-folders.zip",
            lambda file: write_pictures(view(), file),
            "A folder for each cluster with its pictures."
            if data.kind == "image"
            else "A folder for each cluster with the table of its samples.",
        )
        _offer(
            "Report (HTML)",
            f"{name}.html",
            lambda file: write_report(view(), store, file),
            "One file with settings, curves, map and the pictures of every cluster. It opens anywhere, without a network.",
        )
        _offer(
            "Notebook",
            f"{name}.ipynb",
            lambda file: write_notebook(view(), store, file),
            "Loads this run with Python and draws its map.",
        )
    seen = st.session_state.get(SEEN)
    if seen is not None and seen[0] == run.id:
        with st.container(horizontal=True, gap="small"):
            for kind in ("PNG", "SVG"):
                _offer(
                    f"Map ({kind})",
                    f"{name}-map.{kind.lower()}",
                    _map_writer(run, seen, kind),
                    "The map of the Clusters view as you see it, with all its points, and a legend.",
                )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        extra = own_data_size(run, store)
        with_data = extra is not None and st.toggle(
            f"with its data ({_size(extra)})",
            value=True,
            key=f"take-data-{run.id}",
            help="Your data set goes along. Without it, the other computer must have the same file.",
        )
        _offer(
            f"Run (zip, {_size(size_of(run) + (extra if with_data and extra else 0))})",
            f"{run.id}.zip",
            _run_writer(run, with_data),
            "The whole run, for another computer: the folder beside the list of runs opens it there.",
        )
    st.caption("The link to this view, with run, k and what is open:")
    st.code(f"{st.context.url or ''}?{urlencode(session.url_of(run))}", language=None, wrap_lines=True)
    st.caption("The camera in the corner of a chart saves that chart.")


def _map_writer(run: Run, seen: tuple, kind: str) -> Callable[[IO[bytes]], object]:
    """What writes the map that is seen."""
    _, found, painted, k, space = seen

    def write(file: IO[bytes]) -> None:
        from deepclust.figures.flat_map import FlatMap, map_png, map_svg
        from deepclust.projections.maps.words import map_words

        words = painted["names"]
        shown = FlatMap(
            found.points,
            np.asarray(painted["groups"]),
            {} if words is None else dict(enumerate(map(str, words))),
            painted["values"],
            painted.get("value_name", "Confidence"),
            title=f"{run.config.dataset_title} · {run.config.method} · k = {k}",
            note=f"{PROJECTIONS[found.method].title} of {space}. {map_words(found, run.config.n_samples)[0]}",
        )
        file.write(map_png(shown) if kind == "PNG" else map_svg(shown).encode("utf-8", "replace"))

    return write


def _run_writer(run: Run, with_data: bool) -> Callable[[IO[bytes]], object]:
    store = cached.store()

    def write(file: IO[bytes]) -> None:
        from deepclust.exports.bundle import write_bundle

        write_bundle(run, store, file, with_data=with_data)

    return write


def _offer(label: str, file_name: str, write: Callable[[IO[bytes]], object], words: str) -> None:
    """A button that makes a file on the click and sends it; the page does not run again."""
    root = cached.store().root

    def made() -> io.RawIOBase:
        # on disk, beside the runs: Streamlit reads it once, and it is gone when that has been done
        raw = tempfile.TemporaryFile(dir=root, buffering=0)  # noqa: SIM115
        buffered = io.BufferedRandom(raw)
        write(buffered)
        buffered.flush()
        return buffered.detach()

    st.download_button(
        label, made, file_name, on_click="ignore", help=words, key=f"take-{label.split(' (')[0]}-{file_name[-4:]}"
    )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:,.0f} kB"
