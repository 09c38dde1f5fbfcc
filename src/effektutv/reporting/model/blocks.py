"""What a document is made of: sections of paragraphs, tables and figures, in words and text, before any format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

__all__ = ["Block", "Cell", "FigureBlock", "Group", "Head", "KeyFigure", "Paragraph", "Row", "Section", "TableBlock"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, the number that the text shows, and why it is not a number where it is not.

    Parameters
    ----------
    text : str
    absent : str
        ``"suppressed"``, ``"unavailable"``, ``"not_asked"`` or empty: how the cell is marked.
    why : str
        In words, for whoever points at the mark or hears it read.
    words : bool
        Whether the cell is text, set to the left, rather than a number.
    value : float or int, optional
        The number as shown: rounded, in the unit shown (26.1 for ``"26,1"`` per cent). ``None`` for text, for a mark, for
        ``"< 0,001"``, and for a cell of several numbers.
    decimals : int, optional
        How many it is shown with; ``None`` where there is no number.
    parts : tuple of Cell
        The cells that the text joins: estimate and standard error, both ends of an interval, two counts. Empty for one number.
    joined : str
        How: ``"error"`` (a standard error follows in parentheses), ``"spread"`` (a standard deviation), ``"ends"`` or ``"pair"``.
    """

    text: str
    absent: str = ""
    why: str = ""
    words: bool = False
    value: float | int | None = None
    decimals: int | None = None
    parts: tuple[Cell, ...] = ()
    joined: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column's header: its words, its unit on a line below, and how many columns it spans."""

    text: str
    unit: str = ""
    span: int = 1
    words: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its header, and a cell a column. ``inner`` rows are set in under the row above."""

    head: str
    cells: tuple[Cell, ...]
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together under a heading of their own, or under none."""

    rows: tuple[Row, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table.

    Parameters
    ----------
    key : str
        Its anchor.
    caption : str
    heads : tuple of Head
        The columns, that of the row headers first.
    spans : tuple of Head
        A row of headers above, each spanning several columns; empty where there is none.
    groups : tuple of Group
    notes : tuple of str
        Under the table, in their order.
    file : str
        The CSV file with the same numbers to nine significant digits, relative to the report; empty where there is none.
    """

    key: str
    caption: str
    heads: tuple[Head, ...]
    groups: tuple[Group, ...]
    spans: tuple[Head, ...] = ()
    notes: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureBlock:
    """A figure, drawn when the document is written.

    Parameters
    ----------
    key : str
        Its anchor, and its files' name.
    title, subtitle : str
    alt : str
        One or two sentences with the numbers that carry the finding.
    draw : callable
        Returns the matplotlib figure.
    columns, rows
        Its data table, as written beside it.
    table : TableBlock
        The same for reading.
    notes : tuple of str
    description : tuple of str
        At length: how it is drawn, and what it shows, a point each.
    """

    key: str
    title: str
    alt: str
    draw: Callable[[], Figure] = field(compare=False, repr=False)
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...] = field(repr=False)
    table: TableBlock
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    description: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Text: one paragraph, or a list of points. ``lead`` opens a section in larger letters.

    ``term`` is what a point is about, set in front of it.
    """

    texts: tuple[str, ...]
    listed: bool = False
    lead: bool = False
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One number of the first screen: its label, the number, and what stands under it; ``arm`` picks the colour."""

    label: str
    number: str
    under: str
    arm: int | None = None


Block = Paragraph | TableBlock | FigureBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A numbered section of the report."""

    key: str
    title: str
    blocks: tuple[Block, ...]
