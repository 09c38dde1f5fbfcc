"""What every figure has in common: size, type, colours, the arms' look, title and notes, and how it is saved.

A figure is 16 cm wide with 9-point text at that size. Nothing here reads or changes matplotlib's global state: each figure is
built and saved inside :func:`house_style`, which rests on matplotlib's own defaults and not on the user's.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D

from effektutv.errors import ArgumentError

from .text_metrics import FONT, LINE, TEXT, wrap

__all__ = [
    "GRID",
    "INK",
    "MARGIN",
    "MUTED",
    "RULE",
    "WIDTH",
    "ArmStyle",
    "Page",
    "PaperFigure",
    "arm_styles",
    "frame",
    "frame_heights",
    "house_style",
    "luminance",
    "new_figure",
    "pair_styles",
    "readable",
    "save",
]

#: Width of a figure in points: 16 cm.
WIDTH = 16 / 2.54 * 72
#: White edge at the left and right, top and bottom.
MARGIN = 4.0
INK, MUTED, RULE, GRID = "#1F2933", "#52606D", "#7B8794", "#E1E5EA"
_TITLE = 11.0
_TITLE_LINE = 15.0
_PNG_DPI = 300

# ------------------------------------------------------------------------------------------------------------ the arms

_BY_CODE = {"FS": 0, "SE": 1, "CM": 2}
#: Colour, line and marker by position, the control first. Told apart by colour-blind readers and in grey: the first
#: four lie at least 9 steps of lightness (CIE L*) from one another.
_LOOKS: tuple[tuple[str, Any, str], ...] = (
    ("#4A5560", (0, (5, 2)), "o"),
    ("#0072B2", "solid", "o"),
    ("#D55E00", (0, (1.2, 1.5)), "^"),
    ("#3B1B52", (0, (6, 1.5, 1.2, 1.5)), "s"),
    ("#009E73", (0, (3, 1)), "D"),
    ("#CC79A7", (0, (8, 2)), "v"),
    ("#8C6D00", (0, (2, 1, 1, 1, 1, 1)), "P"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStyle:
    """How one arm looks in every figure.

    Parameters
    ----------
    colour : str
    line : str or tuple
        A matplotlib line style.
    marker : str
        A matplotlib marker.
    label : str
        What the arm is called.
    hollow : bool
        Whether the marker is drawn as an outline: the comparison arm.
    """

    colour: str
    line: Any
    marker: str
    label: str
    hollow: bool = False

    @property
    def text_colour(self) -> str:
        """The arm's colour, dark enough for text on white."""
        return readable(self.colour)

    @property
    def marks(self) -> dict[str, Any]:
        """What a matplotlib line needs to draw the arm's marker."""
        face = "white" if self.hollow else self.colour
        return {
            "marker": self.marker,
            "markersize": 5.4 if self.marker == "^" else 4.6,
            "markerfacecolor": face,
            "markeredgecolor": self.colour,
            "markeredgewidth": 1.1,
        }


def arm_styles(arms: Mapping[str, str] | Sequence[str], control: str) -> dict[str, ArmStyle]:
    """Return the look of each arm.

    The trial's own arms (FS, SE, CM) have theirs by code, so that an arm looks the same in every figure, also in one where
    another arm is absent. In any other trial the control is slate, dashed and hollow, and the others follow by position.

    Parameters
    ----------
    arms : mapping of str to str, or sequence of str
        Labels by code, or codes, in the study's order.
    control : str
        The comparison arm's code.
    """
    labels = dict(arms) if isinstance(arms, Mapping) else {code: code for code in arms}
    if set(labels) <= set(_BY_CODE):
        places = {code: _BY_CODE[code] for code in labels}
    else:
        others = [code for code in labels if code != control]
        places = {control: 0} | {code: 1 + i % (len(_LOOKS) - 1) for i, code in enumerate(others)}
    out = {}
    for code, label in labels.items():
        colour, line, marker = _LOOKS[places[code]]
        out[code] = ArmStyle(colour=colour, line=line, marker=marker, label=label, hollow=places[code] == 0)
    return out


def pair_styles(pairs: Sequence[tuple[str, str]], arms: Mapping[str, ArmStyle], control: str) -> list[ArmStyle]:
    """Return the look of each pair of arms: the arm's own against the control, else one that no arm has.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Arm and comparison.
    arms : mapping of str to ArmStyle
    control : str
    """
    taken = {arm.colour for arm in arms.values()} | {look[0] for look in _LOOKS[:3]}
    free = [look for look in _LOOKS if look[0] not in taken] or [_LOOKS[-1]]
    out = []
    others = 0
    for arm, against in pairs:
        if against == control and arm in arms:
            out.append(arms[arm])
            continue
        colour, line, marker = free[others % len(free)]
        others += 1
        out.append(ArmStyle(colour=colour, line=line, marker=marker, label=""))
    return out


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def readable(colour: str) -> str:
    """Return the colour, darkened until text in it has a contrast of 4.5 : 1 on white."""
    red, green, blue = to_rgb(colour)
    while 1.05 / (luminance(to_hex((red, green, blue))) + 0.05) < 4.5:
        red, green, blue = red * 0.96, green * 0.96, blue * 0.96
    return to_hex((red, green, blue))


# ---------------------------------------------------------------------------------------------------------- the figure

_OWN = ("axes.", "figure.", "font.", "grid.", "hatch.", "lines.", "patch.", "path.", "savefig.", "svg.", "text.", "xtick.",
        "ytick.", "agg.", "mathtext.", "pcolor", "markers.")  # fmt: skip
_RC: Any = {k: v for k, v in mpl.rcParamsDefault.items() if k.startswith(_OWN)}
_RC |= {
    "font.family": [FONT],
    "font.size": TEXT,
    # a dollar sign is a dollar sign
    "text.parse_math": False,
    "text.color": INK,
    # shapes as designed: at 300 dots an inch a fitting to the grid is not seen, and takes a third of the drawing
    "text.hinting": "none",
    # letters as outlines: the same everywhere, and no font asked for
    "svg.fonttype": "path",
    "svg.hashsalt": "effektutv",
    "hatch.linewidth": 0.7,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "xtick.major.pad": 3,
    "ytick.major.pad": 4,
}


def house_style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib's settings are the house's; they are put back afterwards."""
    return mpl.rc_context(_RC)


class PaperFigure(Figure):
    """A matplotlib figure that a notebook shows without pyplot or any magic."""

    def _repr_png_(self) -> bytes:
        return _bytes(self, "png", dpi=150)


def new_figure(height_cm: float) -> PaperFigure:
    """Return an empty white figure, 16 cm wide, with its own canvas (no pyplot)."""
    figure = PaperFigure(figsize=(WIDTH / 72, height_cm / 2.54), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)  # attaches itself
    return figure


def frame_heights(title: str, subtitle: str, notes: Sequence[str]) -> tuple[float, float]:
    """Return how many points title and subtitle take at the top, and the notes at the bottom."""
    heads, subs, foots = _frame_lines(title, subtitle, notes)
    top = MARGIN + _TITLE_LINE * len(heads) + LINE * len(subs) + (6 if heads or subs else 0)
    bottom = MARGIN + LINE * len(foots) + (8 if foots else 0)
    return top, bottom


def _frame_lines(title: str, subtitle: str, notes: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    width = WIDTH - 2 * MARGIN
    foots = [line for note in notes if note for line in wrap(note, width)]
    return wrap(title, width, _TITLE, bold=True), wrap(subtitle, width), foots


def frame(fig: Figure, title: str, subtitle: str, notes: Sequence[str]) -> tuple[float, float]:
    """Set title and subtitle at the top and the notes at the bottom, wrapped to the width.

    Parameters
    ----------
    fig : Figure
    title : str
        What is shown.
    subtitle : str
        Unit, population, n.
    notes : sequence of str
        Estimand, interval, source, protection, synthetic: each on a line of its own.

    Returns
    -------
    tuple of float
        Points taken at the top and at the bottom.
    """
    heads, subs, foots = _frame_lines(title, subtitle, notes)
    height = float(fig.get_size_inches()[1]) * 72
    y = MARGIN - 3
    for line in heads:
        y += _TITLE_LINE
        _put(fig, MARGIN, y, line, height, fontsize=_TITLE, fontweight="bold")
    for line in subs:
        y += LINE
        _put(fig, MARGIN, y, line, height, color=MUTED)
    top, bottom = frame_heights(title, subtitle, notes)
    y = height - bottom + 8 - 3
    for line in foots:
        y += LINE
        _put(fig, MARGIN, y, line, height, color=MUTED)
    return top, bottom


def _put(fig: Figure, x: float, y: float, words: str, height: float, **look: Any) -> None:
    house: dict[str, Any] = {"fontsize": TEXT, "color": INK, "va": "baseline", "ha": "left", "fontfamily": FONT}
    fig.text(x / WIDTH, 1 - y / height, words, **(house | look))


class Page:
    """A figure with title and notes set and a body to draw in, measured in points from the top left corner.

    Parameters
    ----------
    body : float
        Height of the body.
    title, subtitle : str
    notes : sequence of str
    """

    def __init__(self, body: float, *, title: str, subtitle: str, notes: Sequence[str]) -> None:
        self.top, below = frame_heights(title, subtitle, notes)
        self.bottom = self.top + body
        self.height = self.bottom + below
        self.fig = new_figure(self.height / 72 * 2.54)
        frame(self.fig, title, subtitle, notes)
        self._place = Affine2D().scale(1 / 72, -1 / 72).translate(0, self.height / 72) + self.fig.dpi_scale_trans

    def text(self, x: float, y: float, words: str, **look: Any) -> None:
        """Write one line with its baseline at ``y``.

        Parameters
        ----------
        x, y : float
        words : str
        **look
            Passed to matplotlib: ``color``, ``fontweight``, ``ha`` …
        """
        _put(self.fig, x, y, words, self.height, **look)

    def lines(self, x: float, y: float, lines: Sequence[str], **look: Any) -> None:
        """Write several lines whose middle is at ``y``.

        Parameters
        ----------
        x, y : float
        lines : sequence of str
        **look
            Passed to matplotlib.
        """
        first = y - LINE * (len(lines) - 1) / 2 + TEXT * 0.36
        for i, line in enumerate(lines):
            self.text(x, first + LINE * i, line, **look)

    def line(self, xs: Sequence[float], ys: Sequence[float], **look: Any) -> None:
        """Draw a line, or only its markers.

        Parameters
        ----------
        xs, ys : sequence of float
        **look
            Passed to :class:`matplotlib.lines.Line2D`.
        """
        house: dict[str, Any] = {"color": RULE, "linewidth": 0.8, "solid_capstyle": "butt"}
        self.fig.add_artist(Line2D(list(xs), list(ys), transform=self._place, **(house | look)))

    def add(self, patch: Any) -> None:
        """Add a patch whose coordinates are points from the top left corner."""
        patch.set_transform(self._place)
        self.fig.add_artist(patch)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes that fill a rectangle."""
        return self.fig.add_axes(
            (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height), facecolor="none"
        )


# -------------------------------------------------------------------------------------------------------------- saving


def _bytes(fig: Figure, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    with house_style():
        fig.savefig(out, format=form, facecolor="white", **options)
    return out.getvalue()


def save(fig: Figure, stem: Path, later: Callable[[Callable[[], None]], object] | None = None) -> tuple[Path, Path]:
    """Write a figure as ``stem.svg`` and as a 300 dpi ``stem.png``: the same bytes in every run.

    Parameters
    ----------
    fig : Figure
    stem : Path
        Folder and name without suffix; the folder exists.
    later : callable, optional
        Takes over the PNG's encoding, a call without arguments: a thread pool's ``submit``, so that the next figure is drawn
        meanwhile. At once where not given.

    Returns
    -------
    tuple of Path
        The two files.
    """
    if not stem.parent.is_dir():
        raise ArgumentError("stem: its folder does not exist; make it first")
    svg, png = (stem.with_name(f"{stem.name}.{suffix}") for suffix in ("svg", "png"))
    svg.write_bytes(_bytes(fig, "svg", metadata={"Date": None}))
    pixels = _bytes(fig, "rgba", dpi=_PNG_DPI)
    size = int(fig.get_figwidth() * _PNG_DPI), int(fig.get_figheight() * _PNG_DPI)
    encode = partial(_encode, pixels, size, png)
    if later is None:
        encode()
    else:
        later(encode)
    return svg, png


def _encode(pixels: bytes, size: tuple[int, int], png: Path) -> None:
    """Write opaque RGBA pixels as a PNG of RGB.

    Flat colours compress best unfiltered, and an encoder that tries every filter on every line takes three times as long.
    """
    from PIL import Image

    width, height = size
    line = 3 * width
    colours = Image.frombytes("RGBA", size, pixels).convert("RGB").tobytes()
    # each line begins with its filter: 0, none
    lines = b"".join(b"\0" + colours[i : i + line] for i in range(0, line * height, line))
    metre = round(_PNG_DPI / 0.0254)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", metre, metre, 1)),
        (b"IDAT", zlib.compress(lines, 1)),
        (b"IEND", b""),
    )
    png.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
