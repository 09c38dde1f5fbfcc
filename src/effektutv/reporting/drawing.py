"""Draw the report's figures and write them with their alternative texts and data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .tables import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from .document_types import Document

__all__ = ["write_figures"]


def write_figures(document: Document, folder: Path) -> None:
    """Write each figure as SVG and PNG, with its alternative text and its data table beside it.

    Parameters
    ----------
    document : Document
    folder : Path
        ``figures/`` is made in it.
    """
    from effektutv.plots import style

    into = folder / "figures"
    into.mkdir()
    encoded = []
    # one thread encodes while the next figure is drawn: the encoder leaves the interpreter to others
    with ThreadPoolExecutor(max_workers=1) as encoder:
        for figure in document.figures:
            style.save(figure.draw(), into / figure.key, later=lambda job: encoded.append(encoder.submit(job)))
            (into / f"{figure.key}.txt").write_text(figure.alt + "\n", encoding="utf-8", newline="\n")
            write_csv(into / f"{figure.key}.csv", figure.columns, figure.rows)
    for job in encoded:
        job.result()  # raises what the thread raised
