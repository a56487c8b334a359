"""The options that say how a file of one's own is read, for `fit`, `sweep` and `estimate`."""

from __future__ import annotations

import argparse
import re
from typing import Any


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add them to a command; each is left out of the namespace's choices unless it is given."""
    group = command.add_argument_group("how a file is read (with --data)")
    group.add_argument(
        "--label",
        metavar="COLUMN",
        help="the column that holds the true classes, of a table or of a sheet beside pictures; '' for none",
    )
    group.add_argument("--id", metavar="COLUMN", help="the column that names the rows; '' for none")
    group.add_argument("--features", nargs="+", metavar="COLUMN", help="the columns to cluster by")
    group.add_argument("--text", metavar="COLUMN", help="the one column of texts to cluster by")
    group.add_argument("--missing", choices=("median", "drop"), help="fill gaps, or leave out the rows that have any")
    group.add_argument("--header", choices=("yes", "no"), help="whether the first row names the columns")
    group.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    group.add_argument(
        "--pictures", metavar="HxW[x3]", type=_size, help="the rows are pictures of this size; 0 for vectors"
    )
    group.add_argument("--size", metavar="HxW", type=_size, help="height and width that all pictures are brought to")
    group.add_argument("--pages", choices=("first", "all"), help="of pictures in files of several pages")
    group.add_argument(
        "--level", type=int, metavar="N", help="the folders that are the classes, 1 for the outermost, 0 for none"
    )
    group.add_argument(
        "--file", metavar="NAME", help="the file to read in a zip, tar or folder of several tables or arrays"
    )
    group.add_argument("--x", metavar="ARRAY", help="the array of samples in a file of several")
    group.add_argument("--y", metavar="ARRAY", help="the array of labels in a file of several")


def choices_of(asked: argparse.Namespace) -> dict[str, Any]:
    """What was chosen, as a reference to a file wants it."""
    names = (
        *(
            "label",
            "id",
            "features",
            "text",
            "missing",
            "header",
            "sheet",
            "pictures",
            "size",
            "pages",
            "level",
            "file",
        ),
        *("x", "y"),
    )
    chosen = {name: getattr(asked, name) for name in names if getattr(asked, name) is not None}
    if "header" in chosen:
        chosen["header"] = chosen["header"] == "yes"
    return {name: None if value in ("", [0, 0]) else value for name, value in chosen.items()}


def _size(text: str) -> list[int]:
    sides = re.fullmatch(r"(\d+)(?:[x×,](\d+))?([x×,]3)?", text)
    if not sides:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 64 or 48x64")
    return [int(sides[1]), int(sides[2] or sides[1]), *([3] if sides[3] else [])]
