"""Draw the report's figures and write them with their alternative texts and data."""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from ..tables.csv_file import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

    from effektutv.runtime.worker_process import Beside

    from ..model.blocks import FigureBlock
    from ..model.document import Document

__all__ = ["draw_one", "warm", "write_figures"]


def write_figures(document: Document, folder: Path, beside: Beside | None = None) -> None:
    """Write each figure as SVG and PNG, with its alternative text and its data table beside it.

    Parameters
    ----------
    document : Document
    folder : Path
        ``figures/`` is made in it.
    beside : Beside, optional
        A second process that draws some of them meanwhile; the files are the same. It is ended when this raises.
    """
    into = folder / "figures"
    into.mkdir()
    for figure in document.figures:
        words = "\n".join((figure.alt, "", *figure.description)).rstrip("\n") + "\n"
        (into / f"{figure.key}.txt").write_text(words, encoding="utf-8", newline="\n")
        write_csv(into / f"{figure.key}.csv", figure.columns, figure.rows)
    # those of many rows last: the second process begins with them, so that both end at about the same time
    waiting = deque(sorted(document.figures, key=lambda figure: len(figure.rows)))
    if beside is None:
        _draw(waiting, into)
    else:
        _draw_with(beside, waiting, into)


def draw_one(draw: Callable[[], Figure], stem: Path) -> None:
    """Draw one figure and write its two files.

    Parameters
    ----------
    draw : callable
        Draws it.
    stem : Path
        Folder and name of its files, without suffix.
    """
    from effektutv.plots.layout import style

    style.save(draw(), stem)


def warm() -> None:
    """Load what drawing loads at first use: data frames, both back ends, the fonts."""
    import pandas as pd  # noqa: F401  (the tables that figures are drawn from)

    from effektutv.plots.layout import style

    page = style.Page(20.0, title="0", subtitle="0", notes=())
    page.text(0, 0, "0")
    with style.house_style():
        for form in ("svg", "rgba"):
            page.fig.savefig(io.BytesIO(), format=form)


def _draw(waiting: deque[FigureBlock], into: Path) -> None:
    """Draw from the front until none is left."""
    from effektutv.plots.layout import style

    encoded = []
    # one thread encodes while the next figure is drawn: the encoder leaves the interpreter to others
    with ThreadPoolExecutor(max_workers=1) as encoder:
        while waiting:
            try:
                figure = waiting.popleft()
            except IndexError:  # the other process took the last one meanwhile
                break
            style.save(figure.draw(), into / figure.key, later=lambda job: encoded.append(encoder.submit(job)))
    for job in encoded:
        job.result()  # raises what the thread raised


def _draw_with(beside: Beside, waiting: deque[FigureBlock], into: Path) -> None:
    """Draw from the front here and from the back over there, and then here what was not drawn over there."""
    left: deque[FigureBlock] = deque()

    def hand_over() -> None:
        while waiting:
            try:
                figure = waiting.pop()
            except IndexError:
                return
            if beside.ask(partial(draw_one, figure.draw, into.absolute() / figure.key)) is None:
                left.append(figure)
                return

    thread = Thread(target=hand_over, daemon=True)
    thread.start()
    try:
        _draw(waiting, into)
        thread.join()
    except BaseException:
        # ended before anybody may take the folder away under it
        beside.close()
        thread.join()
        raise
    _draw(waiting, into)
    _draw(left, into)
