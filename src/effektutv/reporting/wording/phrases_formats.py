"""Fixed words that only some formats of the report need: running heads, the workbook's contents and its notes."""

from __future__ import annotations

__all__ = ["FORMATS"]

#: key: (Swedish, English). Braces are filled by name.
FORMATS: dict[str, tuple[str, str]] = {
    "page_of": ("Sida {page} av {pages}", "Page {page} of {pages}"),
    "figure_data": ("Siffrorna bakom figurerna", "The numbers behind the figures"),
    "figure_data_n": ("Siffrorna bakom figur {n}: {title}", "The numbers behind figure {n}: {title}"),
    "see_figure_data": ("Siffrorna bakom figuren står sist i rapporten.", "The numbers behind it stand last in the report."),
    "figure_part": ("Del {part} av {parts}. {alt}", "Part {part} of {parts}. {alt}"),
    "lower_bound": ("nedre", "lower"),
    "upper_bound": ("övre", "upper"),
    "sd": ("standardavvikelse", "standard deviation"),
    "under_heading": ("Rubrik", "Heading"),
    "sheet": ("Blad", "Sheet"),
    "content": ("Innehåll", "Content"),
    "to_contents": ("Till innehållet", "To the contents"),
    "notes_sheet": ("Läs först", "Read first"),
    "notes_title": ("Så läses tabellerna", "How to read the tables"),
    "notes_same": (
        "Varje tal är det som står i rapporten, avrundat på samma sätt. Talen med nio värdesiffror finns i mappen tables.",
        "Every number is the one in the report, rounded in the same way. Nine significant digits are in the folder tables.",
    ),
    "notes_split": (
        "En cell i rapporten med flera tal har här en kolumn för varje tal: skattning och standardfel, intervallets nedre och "
        "övre gräns, antalen i två grupper.",
        "A cell of the report with several numbers has a column for each of them here: estimate and standard error, the lower "
        "and upper limit of an interval, the numbers in two arms.",
    ),
    "notes_suppressed": (
        "‥ betyder att talet inte visas: det är skyddat för att ingen enskild ska kunna pekas ut. Skälet är cellens anteckning.",
        "‥ means that the number is not shown: it is protected so that nobody can be singled out. The reason is the cell’s note.",
    ),
    "notes_unavailable": (
        "– betyder att talet inte finns. Skälet står i cellens anteckning. En tom cell har inget tal att visa.",
        "– means that the number does not exist. The reason is in the cell’s note. An empty cell has no number to show.",
    ),
    "notes_unit": (
        "Enheten står i kolumnens rubrik. Andelar är i procent och skillnader mellan andelar i procentenheter.",
        "The unit stands in the column’s header. Shares are in per cent, and differences between shares in percentage points.",
    ),
}  # fmt: skip
