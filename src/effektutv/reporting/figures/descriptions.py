"""A figure in words: a short alternative text, and at length how it is drawn and every number that its sentence told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from effektutv.i18n import Lang

__all__ = ["HOW", "described", "shortened"]

#: An alternative text is heard in one go, without a way back: longer ones are read in the description instead.
_LIMIT = 600
# a sentence ends before a capital or a number; a decimal point has no space after it
_SENTENCE = re.compile(r"(?<=[.])\s+(?=[A-ZÅÄÖ0-9‥–])")
# parts of a sentence, and not the two ends of an interval in brackets
_PART = re.compile(r";\s+(?![^\[(]*[\])])")

#: How each kind of figure is drawn, by the module of the plots that draws it: (Swedish, English).
HOW: dict[str, tuple[str, str]] = {
    "consort_flow": (
        "Flödesschema uppifrån och ned. Varje ruta är ett steg med antalet personer; till höger står hur många som lämnade "
        "före nästa steg och varför. Efter lottningen går en gren till var grupp.",
        "Flow chart from top to bottom. Each box is a stage with the number of persons; to the right stands how many left "
        "before the next stage and why. After randomisation one branch goes to each arm.",
    ),
    "love": (
        "Punktdiagram med en rad för varje egenskap, den med störst skillnad överst. Läget i sidled är den standardiserade "
        "skillnaden mellan två grupper; mittlinjen är ingen skillnad och de streckade linjerna är ±0,1.",
        "Dot plot with one row for each characteristic, the largest difference on top. The place from left to right is the "
        "standardised difference between two arms; the middle line is no difference and the dashed lines are ±0.1.",
    ),
    "shares_by_month": (
        "Linjediagram. Månader går från vänster till höger och andelen eller medelvärdet uppåt; varje grupp är en linje med "
        "eget mönster, egen markör och sitt namn vid änden. Banden runt linjerna är konfidensintervall, och en lodrät linje "
        "visar huvudutfallets månad. Under diagrammet står hur många som kan följas.",
        "Line chart. Months run from left to right and the share or mean upwards; each arm is a line with a pattern and a "
        "marker of its own and its name at the end. The bands around the lines are confidence intervals, and an upright line "
        "shows the primary outcome's month. Below the chart stands how many can be followed.",
    ),
    "effects_by_month": (
        "Linjediagram, en ruta för varje jämförelse. Månader går från vänster till höger och effekten uppåt; den vågräta "
        "linjen vid noll är ingen skillnad. Det mörkare bandet är konfidensintervallet för en månad i sänder och det ljusare "
        "rymmer hela kurvan.",
        "Line chart, one panel for each comparison. Months run from left to right and the effect upwards; the level line at "
        "zero is no difference. The darker band is the confidence interval of one month at a time and the lighter one covers "
        "the whole curve.",
    ),
    "stacked_bars": (
        "Stapeldiagram med en liggande stapel för varje grupp. Stapelns delar är skilda åt med färg och mönster, och varje "
        "del har sitt tal eller sitt namn bredvid sig.",
        "Bar chart with one level bar for each arm. The parts of a bar differ in colour and pattern, and each part has its "
        "number or its name beside it.",
    ),
    "cumulative_incidence": (
        "Trappdiagram. Månader går från vänster till höger och andelen som hittills har börjat uppåt; varje grupp är en linje "
        "med eget mönster och sitt namn vid änden, och bandet runt den är konfidensintervallet. Under diagrammet står hur "
        "många som följs och ännu inte har börjat.",
        "Step chart. Months run from left to right and the share who have started so far upwards; each arm is a line with a "
        "pattern of its own and its name at the end, and the band around it is the confidence interval. Below the chart "
        "stands how many are followed and have not yet started.",
    ),
    "forest": (
        "Effektdiagram med en rad för varje undergrupp och jämförelse. Markören är den skattade effekten och strecket "
        "konfidensintervallet; den lodräta linjen vid noll är ingen skillnad. Till höger står talen, och under varje "
        "undergrupp testet av om effekten skiljer sig mellan nivåerna.",
        "Forest plot with one row for each subgroup and comparison. The marker is the estimated effect and the line its "
        "confidence interval; the upright line at zero is no difference. The numbers stand to the right, and under each "
        "subgroup the test of whether the effect differs between its levels.",
    ),
    "estimators": (
        "Effektdiagram med en rad för varje sätt att skatta samma effekt, huvudsättet överst. Markören är skattningen och "
        "strecket konfidensintervallet; den lodräta linjen vid noll är ingen skillnad, och talen står till höger.",
        "Forest plot with one row for each way to estimate the same effect, the main one on top. The marker is the estimate "
        "and the line its confidence interval; the upright line at zero is no difference, and the numbers stand to the right.",
    ),
    "power": (
        "Linjediagram. Antalet personer i varje grupp går från vänster till höger och den minsta skillnad som kan upptäckas "
        "uppåt, en linje för varje signifikansnivå. Linjerna faller: ju fler personer, desto mindre skillnad kan upptäckas.",
        "Line chart. Persons in each arm run from left to right and the smallest difference that can be detected upwards, one "
        "line for each significance level. The lines fall: the more persons, the smaller a difference can be detected.",
    ),
    "randomization": (
        "Histogram. Staplarna är hur ofta lottningen ensam gav varje värde på teststatistikan när grupperna drogs om; den "
        "lodräta linjen är värdet i försöket. De mörka staplarna är minst lika långt ut som försökets värde och ger p-värdet.",
        "Histogram. The bars are how often chance alone gave each value of the test statistic when the arms were drawn "
        "again; the upright line is the value in the trial. The dark bars are at least as far out as the trial's value and "
        "make up the p-value.",
    ),
    "sites": (
        "Effektdiagram med en rad för varje plats som visas. Markören är den skattade effekten där och strecket "
        "konfidensintervallet; den lodräta linjen vid noll är ingen skillnad. Små platser har breda intervall och visas inte där "
        "skyddet kräver det.",
        "Forest plot with one row for each place that is shown. The marker is the estimated effect there and the line its "
        "confidence interval; the upright line at zero is no difference. Small places have wide intervals and are not shown "
        "where protection asks for it.",
    ),
    "bounds": (
        "Effektdiagram med en rad för varje antagande om dem som inte svarade. Strecket är det spann som antagandet lämnar "
        "öppet, med konfidensintervallet utanför; den lodräta linjen vid noll är ingen skillnad.",
        "Forest plot with one row for each assumption on those who did not answer. The line is the span that the assumption "
        "leaves open, with the confidence interval outside it; the upright line at zero is no difference.",
    ),
}


def described(kind: str, text: str, lang: Lang) -> tuple[str, ...]:
    """Return the long description: how the figure is drawn, then what it shows, a point a number.

    Parameters
    ----------
    kind : str
        The module of the plots that draws it, e.g. ``"shares_by_month"``.
    text : str
        All that its alternative text would say.
    lang : {"sv", "en"}
    """
    points = [point for sentence in _SENTENCE.split(text.strip()) for point in _PART.split(sentence)]
    return (HOW[kind][0 if lang == "sv" else 1], *(p if p.endswith(".") else f"{p}." for p in points))


def shortened(text: str) -> str:
    """Return as many of the first sentences as can be heard in one go; of a single longer one, its first parts."""
    if len(text) <= _LIMIT:
        return text
    sentences = _SENTENCE.split(text)
    kept = _within(sentences, " ")
    if kept:
        return kept
    return _within(_PART.split(sentences[0]), "; ").removesuffix(".") + "."


def _within(parts: list[str], between: str) -> str:
    kept = ""
    for part in parts:
        longer = f"{kept}{between}{part}" if kept else part
        if len(longer) > _LIMIT:
            break
        kept = longer
    return kept
