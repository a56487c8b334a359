"""The map of a run as a picture to keep: a PNG, or an SVG with sharp words around the same dots (Pillow and NumPy)."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from deepclust.figures.pictures import png_bytes, png_data_uri
from deepclust.figures.theme import colour

SIDE = 760  # pixels of the plane, before it is enlarged
SCALE = 2  # of the dots in the files
SMOOTH = 2  # they are drawn so many times larger, and reduced
MARGIN, HEAD, LEGEND = 16, 64, 260
LINE = 20
MOST_LISTED = 30  # groups in the legend
MOST_NUMBERED = 60  # groups whose name is written on the map
_FONTS = ("DejaVuSans.ttf", "Arial.ttf", "arial.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf")
GROUND, INK, FAINT = "#ffffff", "#1d232b", "#606870"
_TURN = 2 * np.pi


def _corners(angles: list[float], radii: list[float]) -> NDArray[np.float64]:
    return np.array([(r * np.sin(a * _TURN), -r * np.cos(a * _TURN)) for a, r in zip(angles, radii, strict=True)])


# the marks of `theme.text_mark`, as corners around 0 with about the same area
_MARKS = (
    _corners([i / 12 for i in range(12)], [1.0] * 12),
    _corners([0, 0.25, 0.5, 0.75], [1.25] * 4),
    _corners([0.125, 0.375, 0.625, 0.875], [1.25] * 4),
    _corners([0, 1 / 3, 2 / 3], [1.5] * 3),
    np.array(
        [
            (-0.4, -1.2),
            (0.4, -1.2),
            (0.4, -0.4),
            (1.2, -0.4),
            (1.2, 0.4),
            (0.4, 0.4),
            (0.4, 1.2),
            (-0.4, 1.2),
            (-0.4, 0.4),
            (-1.2, 0.4),
            (-1.2, -0.4),
            (-0.4, -0.4),
        ]
    ),
    _corners([i / 10 for i in range(10)], [1.6, 0.7] * 5),
)


@dataclass(frozen=True, eq=False)
class FlatMap:
    """What a picture of a map shows: points float (m, 2 or more, of which two are drawn) and groups int (m,).

    names: words for groups, else their numbers. values: float (m,) in 0..1 that colour the points instead, called
    value_name. title and note stand above.
    """

    points: np.ndarray
    groups: np.ndarray
    names: Mapping[int, str] = field(default_factory=dict)
    values: np.ndarray | None = None
    value_name: str = ""
    title: str = ""
    note: str = ""

    def name(self, group: int) -> str:
        """What a group is called."""
        return self.names.get(group, "noise" if group < 0 else str(group))


def map_png(shown: FlatMap) -> bytes:
    """The map as a PNG, twice its nominal size."""
    dots = _dots(shown)
    width, height = _size()
    image = Image.new("RGB", (width * SCALE, height * SCALE), GROUND)
    image.paste(dots, (MARGIN * SCALE, HEAD * SCALE))
    pen = ImageDraw.Draw(image)
    for x, y, size, fill, anchor, text in _words(shown):
        font, text = _written(text, size * SCALE)
        halo = 2 * SCALE if anchor == "middle" else 0
        pen.text(
            (x * SCALE, y * SCALE),
            text,
            fill,
            font,
            {"start": "ls", "middle": "ms", "end": "rs"}[anchor],
            stroke_width=halo,
            stroke_fill=GROUND,
        )
    for x, y, group in _legend_marks(shown):
        pen.polygon(_placed(group, x * SCALE, y * SCALE, 5 * SCALE), fill=colour(group))
    if shown.values is not None:
        left, top, bar = _bar()
        image.paste(bar.resize((bar.width * SCALE, bar.height * SCALE)), (left * SCALE, top * SCALE))
    return png_bytes(image)


def _written(text: str, size: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, str]:
    """A font and what of a text it can write: one of this system, else Pillow's own, which knows no letter beyond ASCII."""
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size), text
        except OSError:
            continue
    plain = unicodedata.normalize("NFKD", text.replace("…", "..."))
    return ImageFont.load_default(size), "".join(
        c if c.isascii() else "?" for c in plain if not unicodedata.combining(c)
    )


def map_svg(shown: FlatMap) -> str:
    """The map as an SVG: words and legend are shapes, the dots a picture inside it, so that 70,000 of them stay light."""
    width, height = _size()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="Source Sans 3, Source Sans Pro, Helvetica, Arial, sans-serif">',
        f"<title>{_text(shown.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{GROUND}"/>',
        f'<image x="{MARGIN}" y="{HEAD}" width="{SIDE}" height="{SIDE}" href="{png_data_uri(png_bytes(_dots(shown)))}"/>',
    ]
    if shown.values is not None:
        left, top, bar = _bar()
        parts.append(
            f'<image x="{left}" y="{top}" width="{bar.width}" height="{bar.height}" href="{png_data_uri(png_bytes(bar))}"/>'
        )
    for x, y, group in _legend_marks(shown):
        corners = " ".join(f"{px:.2f},{py:.2f}" for px, py in _placed(group, x, y, 5))
        parts.append(f'<polygon points="{corners}" fill="{colour(group)}"/>')
    for x, y, size, fill, anchor, text in _words(shown):
        halo = (
            f' stroke="{GROUND}" stroke-width="4" paint-order="stroke" stroke-linejoin="round"'
            if anchor == "middle"
            else ""
        )
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{halo}>{_text(text)}</text>'
        )
    return "\n".join([*parts, "</svg>"])


def _size() -> tuple[int, int]:
    return MARGIN + SIDE + MARGIN + LEGEND, HEAD + SIDE + MARGIN


def _unit(points: np.ndarray) -> NDArray[np.float64]:
    """The first two coordinates, scaled alike into a square of side 1 with room for a mark; y grows downwards."""
    flat = points[:, :2].astype(np.float64)
    low, high = flat.min(axis=0), flat.max(axis=0)
    reach = max(float((high - low).max()), 1e-12)
    unit: NDArray[np.float64] = 0.5 + 0.96 * (flat - (low + high) / 2) / reach
    unit[:, 1] = 1 - unit[:, 1]
    return unit


def _dots(shown: FlatMap) -> Image.Image:
    """All points as marks on one picture of SIDE * SCALE pixels, drawn larger and reduced so that their edges are soft."""
    side = SIDE * SCALE * SMOOTH
    image = Image.new("RGB", (side, side), GROUND)
    pen = ImageDraw.Draw(image)
    n = len(shown.points)
    radius = SCALE * SMOOTH * float(np.clip(3.2 * (2_000 / max(n, 1)) ** 0.25, 1.2, 4.0))
    fills = [colour(int(g)) for g in shown.groups] if shown.values is None else _scale(shown.values)
    shapes = {int(g): _mark(int(g) if shown.values is None else 0) * radius for g in np.unique(shown.groups)}
    for (x, y), group, fill in zip((_unit(shown.points) * side).tolist(), shown.groups.tolist(), fills, strict=True):
        pen.polygon([(x + dx, y + dy) for dx, dy in shapes[group].tolist()], fill=fill)
    return image.reduce(SMOOTH)


def _mark(group: int) -> NDArray[np.float64]:
    """The mark of a group: it changes after every ten, where the colours begin again."""
    return _MARKS[max(group, 0) // 10 % len(_MARKS)]


def _placed(group: int, x: float, y: float, radius: float) -> list[tuple[float, float]]:
    return [(x + radius * dx, y + radius * dy) for dx, dy in _mark(group).tolist()]


def _scale(values: np.ndarray) -> list[str]:
    """Values in 0..1 as colours of Cividis."""
    from plotly.colors import sequential

    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in sequential.Cividis], dtype=np.float64)
    place = np.linspace(0, 1, len(stops))
    unit = np.clip(np.nan_to_num(values), 0, 1)
    rgb = np.rint(np.column_stack([np.interp(unit, place, stops[:, i]) for i in range(3)])).astype(int)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rgb.tolist()]


def _bar() -> tuple[int, int, Image.Image]:
    """The colour scale of the legend, and where it lies."""
    colours = _scale(np.linspace(1, 0, 160))
    column = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], dtype=np.uint8)
    return _legend_left(), HEAD + 30, Image.fromarray(np.repeat(column[:, None], 18, axis=1))


def _legend_left() -> int:
    return MARGIN + SIDE + MARGIN


def _listed(shown: FlatMap) -> list[tuple[int, int]]:
    """Groups with their numbers of points, at most 30."""
    groups, counts = np.unique(shown.groups, return_counts=True)
    return list(zip(groups.tolist(), counts.tolist(), strict=True))[:MOST_LISTED]


def _legend_marks(shown: FlatMap) -> list[tuple[float, float, int]]:
    if shown.values is not None:
        return []
    return [(_legend_left() + 6, HEAD + 20 + LINE * i, group) for i, (group, _) in enumerate(_listed(shown))]


def _words(shown: FlatMap) -> list[tuple[float, float, int, str, str, str]]:
    """Everything that is written: (x, y of the base line, size, colour, anchor, text)."""
    left = _legend_left()
    words: list[tuple[float, float, int, str, str, str]] = [
        (MARGIN, 28, 19, INK, "start", shown.title),
        (MARGIN, 50, 13, FAINT, "start", shown.note),
    ]
    if shown.values is not None:
        return [
            *words,
            (left, HEAD + 16, 14, INK, "start", shown.value_name),
            (left + 26, HEAD + 40, 13, FAINT, "start", "1"),
            (left + 26, HEAD + 190, 13, FAINT, "start", "0"),
        ]
    unit = _unit(shown.points)
    groups = np.unique(shown.groups)
    if len(groups) <= MOST_NUMBERED:
        for group in groups.tolist():
            x, y = np.median(unit[shown.groups == group], axis=0)
            words.append((MARGIN + SIDE * x, HEAD + SIDE * y + 5, 15, INK, "middle", _short(shown.name(group), 18)))
    for i, (group, count) in enumerate(_listed(shown)):
        text = f"{_short(shown.name(group), 24)} ({count:,})"
        words.append((left + 20, HEAD + 25 + LINE * i, 14, INK, "start", text))
    if len(groups) > MOST_LISTED:
        more = f"and {len(groups) - MOST_LISTED:,} more"
        words.append((left + 20, HEAD + 25 + LINE * MOST_LISTED, 14, FAINT, "start", more))
    return words


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(text: str) -> str:
    """Text inside an SVG: no tags, and none of the control characters that XML does not know."""
    return html.escape("".join(c for c in text if c >= " "))
