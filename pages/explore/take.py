"""Take it with you: what is seen as files (table, pictures, map, report, run, notebook), and the link to this very view."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

import streamlit as st

from deepclust.disk import obstacle
from deepclust.projections import PROJECTIONS, Projection
from deepclust.runs import Run
from pages.map.colouring import Paint
from pages.visit import cached, session
from pages.visit.sight import Sight

DRAWN = "map-drawn"  # in the session: the map that the page has drawn last


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """A map that the page has drawn: of what, where its points are, in which colours, and what its space is called."""

    sight: Sight
    projection: Projection
    paint: Paint
    space: str


def note_map(sight: Sight, projection: Projection, paint: Paint, space: str) -> None:
    """Note the map that the Clusters view draws, so that it can be taken along as it is seen."""
    st.session_state[DRAWN] = DrawnMap(sight, projection, paint, space)


def take(sight: Sight) -> None:
    """The button, and behind it everything that there is to take along. Files are made when they are asked for."""
    with st.popover("Take it with you", icon=":material/download:"):
        st.fragment(_offers)(sight)


def _offers(sight: Sight) -> None:
    from deepclust.exports.bundle import own_data_size, size_of
    from deepclust.exports.notebook import write_notebook
    from deepclust.exports.pictures import write_pictures
    from deepclust.exports.report import write_report
    from deepclust.exports.table import write_table
    from deepclust.exports.view import View, view_of

    store, run, name = cached.store(), sight.run, sight.key

    def view() -> View:
        return view_of(run, sight.data, sight.k, revealed=sight.revealed)

    with st.container(horizontal=True, gap="small"):
        _offer(
            "Table (CSV)",
            f"{name}.csv",
            lambda file: write_table(view(), file),
            "A row for each sample: its cluster, the name of the cluster, and how sure it is."
            + (" And its class, as the labels are revealed." if sight.revealed else ""),
        )
        _offer(
            "Folders (zip)",
            f"{name}-folders.zip",
            lambda file: write_pictures(view(), file),
            "A folder for each cluster with its pictures."
            if sight.data.pictured
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
    drawn: DrawnMap | None = st.session_state.get(DRAWN)
    if drawn is not None and drawn.sight.run.id == run.id:
        with st.container(horizontal=True, gap="small"):
            for kind in ("PNG", "SVG"):
                _offer(
                    f"Map ({kind})",
                    f"{name}-map.{kind.lower()}",
                    _map_writer(drawn, kind),
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


def _map_writer(drawn: DrawnMap, kind: str) -> Callable[[IO[bytes]], object]:
    """What writes the map that has been drawn."""
    run, projection, paint = drawn.sight.run, drawn.projection, drawn.paint

    def write(file: IO[bytes]) -> None:
        from deepclust.figures.flat_map import FlatMap, map_png, map_svg
        from deepclust.projections.maps.words import map_words

        flat = FlatMap(
            projection.points,
            paint.groups,
            {} if paint.names is None else dict(enumerate(map(str, paint.names))),
            paint.values,
            paint.value_name,
            title=f"{run.config.dataset_title} · {run.config.method} · k = {drawn.sight.k}",
            note=f"{PROJECTIONS[projection.method].title} of {drawn.space}. {map_words(projection, run.config.n_samples)[0]}",
        )
        file.write(map_png(flat) if kind == "PNG" else map_svg(flat).encode("utf-8", "replace"))

    return write


def _run_writer(run: Run, with_data: bool) -> Callable[[IO[bytes]], object]:
    store = cached.store()

    def write(file: IO[bytes]) -> None:
        from deepclust.exports.bundle import write_bundle

        write_bundle(run, store, file, with_data=with_data)

    return write


def _offer(label: str, file_name: str, write: Callable[[IO[bytes]], object], help: str) -> None:
    """A button that makes a file on the click and sends it; the page does not run again."""
    root = cached.store().root

    def made() -> io.RawIOBase:
        # on disk, beside the runs: Streamlit reads it once, and it is gone when that has been done
        raw = tempfile.TemporaryFile(dir=None if obstacle(root) else root, buffering=0)  # noqa: SIM115
        buffered = io.BufferedRandom(raw)
        write(buffered)
        buffered.flush()
        return buffered.detach()

    st.download_button(
        label, made, file_name, on_click="ignore", help=help, key=f"take-{label.split(' (')[0]}-{file_name[-4:]}"
    )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:,.0f} kB"
