"""What is asked of an upload before it is read: how pictures are taken and classed, and which arrays are the samples."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from deepclust.data.reading.arrays.samples import ArrayLook
from deepclust.data.reading.pictures.collection import ALL, FIRST, LARGEST_SIDE, LARGEST_SUGGESTED, PictureScan
from pages.visit.say import plain

FIRST_PAGE, EVERY_PAGE = "The first page of each", "Every page"
SHOWN_FOLDERS = 40


def pictures_form(scan: PictureScan) -> dict[str, Any]:
    """Ask for what is not clear: which pages are pictures, what their classes are, and one size of all."""
    answer: dict[str, Any] = {}
    if scan.pages:
        n = sum(map(len, scan.pages.values()))
        pages = st.segmented_control(
            f"{len(scan.pages):,} files have several pages, {n:,} together. What is a picture?",
            [FIRST_PAGE, EVERY_PAGE],
            default=EVERY_PAGE if len(scan.names) == 1 else FIRST_PAGE,
        )
        answer["pages"] = ALL if pages == EVERY_PAGE else FIRST
    answer |= _classes(scan)
    sheets = {sheet.name for sheet in scan.sheets}
    others = [name for name in scan.strangers if name not in sheets]
    for what, files in (("Pictures that cannot be opened and", scan.broken), ("Other files that", others)):
        if files:
            with st.expander(f"{what} are left out: {len(files):,}"):
                why = {"why": list(files.values())} if isinstance(files, dict) else {}
                st.dataframe({"file": list(files), **why}, hide_index=True)
    return {**answer, "size": _size(scan)}


def _classes(scan: PictureScan) -> dict[str, Any]:
    """Where the true classes come from: folders at some depth, a column of a sheet, or nowhere."""
    options: dict[str, tuple[str, dict[str, Any]]] = {}
    for level, classes in scan.levels.items():
        options[f"Folders, level {level}"] = (_few(classes), {"level": level})
    for sheet in scan.sheets:
        for column, values in sheet.labels.items():
            options[f"{column} in {sheet.name}"] = (f"such as {_few(values)}", {"label": column})
    if not options:
        return {}
    same = [f"Folders, level {level}" for level, classes in scan.levels.items() if set(classes) == set(scan.classes)]
    if scan.classes and not same:
        options = {"Folders that tell classes apart": (_few(scan.classes), {})} | options
    suggested = same[0] if same else next(iter(options)) if scan.classes or scan.sheets else "No classes"
    if not scan.classes and scan.sheets:
        suggested = next(name for name, (_, choice) in options.items() if "label" in choice)
    options["No classes"] = ("", {"label": ""})
    if len(options) == 2 and not scan.sheets:
        return {}
    names = list(options)
    left, right = st.columns([3, 2])
    chosen = left.radio(
        "What tells the class of a picture?",
        names,
        index=names.index(suggested),
        format_func=plain,
        captions=[plain(options[name][0]) for name in names],
        help="The true classes stay hidden and never train anything.",
    )
    with right.expander("The folders", expanded=True):
        shown = list(scan.tree.items())[:SHOWN_FOLDERS]
        more = f"\n… and {len(scan.tree) - len(shown):,} more" if len(shown) < len(scan.tree) else ""
        st.text("\n".join(f"{'    ' * (len(path) - 1)}{path[-1]}  ({n:,})" for path, n in shown) + more)
    return options[chosen][1]


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _size(scan: PictureScan) -> list[int]:
    if scan.same_size is not None and max(scan.same_size) <= LARGEST_SUGGESTED:
        return list(scan.same_size)
    common = ", ".join(f"{h:d} × {w:d} ({n:,})" for (h, w), n in scan.sizes.most_common(3))
    more = f" and {len(scan.sizes) - 3:,} more sizes" if len(scan.sizes) > 3 else ""
    st.write(f"As they are, height × width: {common}{more}. All pictures are brought to one size.")
    height, width, _ = st.columns([1, 1, 2])
    size = [
        int(height.number_input("Height", 4, LARGEST_SIDE, scan.suggested[0])),
        int(width.number_input("Width", 4, LARGEST_SIDE, scan.suggested[1])),
    ]
    st.caption(
        "They are scaled to fill the size, and what stands out is cut off evenly. Small pictures are learned much faster: "
        "64 × 64 is plenty for most."
    )
    return size


def arrays_form(look: ArrayLook) -> dict[str, Any] | None:
    """Ask which array holds the samples and which the labels, and whether rows are pictures; None while that is open."""
    answer: dict[str, Any] = {}
    matrices = [n for n, shape in look.shapes.items() if len(shape) > 1]
    shape = look.shapes.get(look.x or "", ())

    def with_shape(name: str | None) -> str:
        return "none" if name is None else f"{plain(name)}: {' × '.join(f'{side:d}' for side in look.shapes[name])}"

    if look.x is None or (len(matrices) > 1 and look.pictures is None and look.shapes):
        left, right = st.columns(2)
        start = matrices.index(look.x) if look.x in matrices else None
        x = left.selectbox(
            "Which array holds the samples?", matrices, index=start, format_func=with_shape, placeholder="Choose one"
        )
        if x is None:
            return None
        shape = look.shapes[x]
        fitting = [n for n, s in look.shapes.items() if n != x and s[:1] == shape[:1] and math.prod(s) == shape[0]]
        place = fitting.index(look.y) + 1 if look.y in fitting else 0
        y = right.selectbox("Which array is the answer?", [None, *fitting], index=place, format_func=with_shape)
        answer = {"x": x} | ({} if y is None else {"y": y})
    elif shape:
        st.caption(with_shape(look.x))
    if look.pictures is not None:
        sides = " × ".join(f"{side:d}" for side in look.pictures)
        flat = len(shape) == 2
        one = "row" if flat else "sample"
        as_pictures = st.toggle(
            f"Each {one} is a picture of {sides}", value=flat, help="Else it is a vector of numbers."
        )
        answer["pictures"] = list(look.pictures) if as_pictures else None
    return answer
