"""`export` and `import`: take a run along as files, and open one that comes as a zip."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import IO, Any

from deepclust.disk import make_folder, whole
from deepclust.runs import RunStore

WHATS = ("csv", "pictures", "map", "report", "notebook", "network", "run")


def add_commands(commands: Any) -> None:
    """Add both to the subparsers of the command line."""
    export = commands.add_parser(
        "export", help="take a run along as a table, pictures, a report, a notebook, its network or a zip"
    )
    export.add_argument("run", metavar="RUN", help="a run (see `deepclust runs`)")
    export.add_argument(
        "--what", choices=WHATS, default="run", help="what to write (default: run, the whole run as a zip)"
    )
    export.add_argument(
        "--to", type=Path, metavar="FILE", required=True, help="the file to write; of a map, .png or .svg"
    )
    export.add_argument("--k", type=int, help="the number of clusters (default: the run's own)")
    export.add_argument("--reveal", action="store_true", help="also tell the true classes and scores")
    export.add_argument("--without-data", action="store_true", help="leave your own data set out of the zip of a run")
    export.set_defaults(run_command=export_run)
    opening = commands.add_parser("import", help="open a run that was exported as a zip")
    opening.add_argument("file", type=Path, metavar="FILE")
    opening.set_defaults(run_command=import_run)
    for command in (export, opening):
        command.add_argument("--runs", type=Path, metavar="DIR", help="folder of the runs (default: $DEEPCLUST_RUNS)")
        command.add_argument("--json", action="store_true", help="print JSON")


def export_run(asked: argparse.Namespace) -> int:
    """Write one file; it appears whole or not at all."""
    store = RunStore(asked.runs)
    run = store.get(asked.run)
    if asked.what == "map" and asked.to.suffix.lower() not in (".png", ".svg"):
        raise ValueError(f"A map cannot be written as {asked.to.name}. Choose a name that ends in .png or .svg.")
    make_folder(asked.to.absolute().parent)
    with whole(asked.to.absolute()) as file:
        if asked.what == "run":
            from deepclust.exports.bundle import write_bundle

            write_bundle(run, store, file, with_data=not asked.without_data)
        elif asked.what == "network":
            from deepclust.exports.network import write_network

            write_network(run, file)
        else:
            _write_view(asked, run, store, file)
    n_bytes = asked.to.stat().st_size
    print(
        json.dumps({"run": run.id, "file": str(asked.to), "bytes": n_bytes})
        if asked.json
        else f"{asked.to}: {n_bytes:,} bytes"
    )
    return 0


def _write_view(asked: argparse.Namespace, run: Any, store: RunStore, file: IO[bytes]) -> None:
    from deepclust.exports.map_view import drawn, finished_map
    from deepclust.exports.notebook import write_notebook
    from deepclust.exports.pictures import write_pictures
    from deepclust.exports.report import write_report
    from deepclust.exports.table import write_table
    from deepclust.exports.view import data_of, view_of
    from deepclust.figures.flat_map import map_png, map_svg

    view = view_of(run, data_of(run, store), asked.k, revealed=asked.reveal)
    if asked.what == "csv":
        write_table(view, file)
    elif asked.what == "pictures":
        write_pictures(view, file)
    elif asked.what == "report":
        write_report(view, store, file)
    elif asked.what == "notebook":
        write_notebook(view, store, file)
    else:
        found = finished_map(view, store)
        if found is None:
            raise ValueError(f"No map of the run {run.id} has been computed yet. Open it once on the Explore page.")
        shown = drawn(view, found)
        file.write(map_png(shown) if asked.to.suffix.lower() == ".png" else map_svg(shown).encode("utf-8", "replace"))


def import_run(asked: argparse.Namespace) -> int:
    """Open a zip; says which run it is here, and whether its data are at hand."""
    from deepclust.exports.unpacking import open_bundle
    from deepclust.exports.view import data_of

    store = RunStore(asked.runs)
    run = open_bundle(asked.file, store)
    there = data_of(run, store) is not None
    if asked.json:
        print(json.dumps({"run": run.id, "folder": str(run.folder), "data": there}))
    else:
        print(run.id if there else f"{run.id}\nIts data, {run.config.dataset_title}, are not on this computer.")
    return 0
