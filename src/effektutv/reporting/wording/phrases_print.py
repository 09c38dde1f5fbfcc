"""Words that only a printed report has, in Swedish and English."""

from __future__ import annotations

__all__ = ["PRINT"]

#: key: (Swedish, English).
PRINT: dict[str, tuple[str, str]] = {
    "appendix": ("Bilaga: siffrorna bakom figurerna", "Appendix: the numbers behind the figures"),
    "appendix_text": (
        "Varje figurs siffror i figurens ordning. Samma siffror med nio värdesiffror ligger i mappen figures, en fil för varje "
        "figur.",
        "The numbers of each figure, in the order of the figures. The same numbers to nine significant digits are in the folder "
        "figures, one file for each figure.",
    ),
    "numbers_on_page": ("Siffrorna bakom figuren: sidan", "The numbers behind the figure: page"),
    "numbers_in_table": (
        "Siffrorna bakom figuren: tabell {n}, sidan",
        "The numbers behind the figure: table {n}, page",
    ),
    "page_total": ("{n} ({total})", "{n} of {total}"),
}
