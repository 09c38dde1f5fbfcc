"""Draw the report's figures and write them with their alternative texts and data."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING

from .tables import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from .blocks import FigureBlock
    from .document_types import Document
    from .drawer import Drawer

__all__ = ["write_figures"]


def write_figures(document: Document, folder: Path, drawer: Drawer | None = None) -> None:
    """Write each figure as SVG and PNG, with its alternative text and its data table beside it.

    Parameters
    ----------
    document : Document
    folder : Path
        ``figures/`` is made in it.
    drawer : Drawer, optional
        A second process that draws some of them meanwhile; the files are the same. It is ended when this returns or raises.
    """
    into = folder / "figures"
    into.mkdir()
    for figure in document.figures:
        words = "\n".join((figure.alt, "", *figure.description)).rstrip("\n") + "\n"
        (into / f"{figure.key}.txt").write_text(words, encoding="utf-8", newline="\n")
        write_csv(into / f"{figure.key}.csv", figure.columns, figure.rows)
    # those of many rows last: the second process begins with them, so that both end at about the same time
    waiting = deque(sorted(document.figures, key=lambda figure: len(figure.rows)))
    if drawer is None:
        _draw(waiting, into)
    else:
        _draw_with(drawer, waiting, into)


def _draw(waiting: deque[FigureBlock], into: Path) -> None:
    """Draw from the front until none is left."""
    from effektutv.plots import style

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


def _draw_with(drawer: Drawer, waiting: deque[FigureBlock], into: Path) -> None:
    """Draw from the front here and from the back over there, and then here what was not drawn over there."""
    left: deque[FigureBlock] = deque()

    def hand_over() -> None:
        while waiting:
            try:
                figure = waiting.pop()
            except IndexError:
                return
            if not drawer.draw(figure.draw, into / figure.key):
                left.append(figure)
                return

    thread = Thread(target=hand_over, daemon=True)
    thread.start()
    try:
        _draw(waiting, into)
        thread.join()
    finally:
        # ended before anybody may take the folder away under it
        drawer.close()
        thread.join()
    _draw(waiting, into)
    _draw(left, into)
