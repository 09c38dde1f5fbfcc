"""Notes and rules that the wings wrote as plain English, in the report's language.

Each text is recognised by its shape. One that is not is replaced by a pointer to the table file, where it stands as it is:
a page in Swedish holds no English sentence, and nothing is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.i18n import Catalogue, capital

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .labels import Labels
    from .words import Words

__all__ = ["advice_in_language", "rule_in_language", "sentences", "told"]

_PEOPLE = r"(?:fewer than 5 persons|\d+ persons)"
_STRATA = r"(?:1 stratum|\d+ strata)"

#: The English words are the texts of the checks themselves, by which they are recognised.
_CHECKS, _ORDERS = Catalogue.read("checks"), Catalogue.read("orders")

_MISSING_WORD = re.compile(re.escape(_CHECKS["advice_missing_word"]["en"]).replace(r"\{marks\}", r"(?P<marks>\[.*\])"))

#: The English of rules and advice as a pattern: what stands in braces is any text.
_TEMPLATES = {
    key: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(words["en"])), re.DOTALL)
    for key, words in _ORDERS.items()
}

_NOTES = (
    (
        "told_lost",
        re.compile(
            rf"(?P<contrast>\S+ − \S+): (?P<strata>{_STRATA}) of [^;]+? without both arms left out \((?P<persons>{_PEOPLE})\); "
            rf"the effect is that of the (?P<remain>{_PEOPLE}) in the (?P<both>{_STRATA})(?: that have both| with both)"
        ),
    ),
    (
        "told_lost_answers",
        re.compile(
            rf"(?P<contrast>\S+ − \S+): (?P<strata>{_STRATA}) of [^;]+? without respondents in both arms left out "
            rf"\((?P<persons>{_PEOPLE})\); the effect is that of the (?P<remain>{_PEOPLE}) in the (?P<both>{_STRATA}) with both"
        ),
    ),
    (
        "told_lost_levels",
        re.compile(
            rf"(?P<contrast>\S+ − \S+): (?P<strata>{_STRATA}) of [^;]+? without both arms in every level left out "
            rf"\((?P<persons>{_PEOPLE})\)"
        ),
    ),
    (
        "told_pooled",
        re.compile(
            rf"(?P<strata>{_STRATA}) with one person in an arm \((?P<persons>{_PEOPLE})\): variance pooled from .+"
        ),
    ),
    (
        "told_plug_in",
        re.compile(
            rf"(?P<strata>{_STRATA}) with one person in an arm \((?P<persons>{_PEOPLE})\): too few to pool; [^;]+"
        ),
    ),
    (
        "told_no_pool",
        re.compile(
            rf"(?P<strata>{_STRATA}) with one person in an arm \((?P<persons>{_PEOPLE})\): too few to pool, [^;]+"
        ),
    ),
    (
        "told_few_persons",
        re.compile(
            r"fewer than (?P<n>\d+) persons in [^;]+: with a 0/1 outcome the interval covers less often [^;]+; [^;]+"
        ),
    ),
    (
        "told_uninformed",
        re.compile(r"most of the degrees of freedom asked for are of persons who say nothing [^;]+; [^;]+"),
    ),
    (
        "told_few_bounds",
        re.compile(r"fewer than (?P<n>\d+) persons with an outcome in [^;]+: the interval of Lee's [^;]+"),
    ),
    ("told_not_additive_fits", re.compile(r"the contrasts are fitted one by one by a logistic regression, [^;]+")),
    ("told_not_additive_strata", re.compile(r"the contrasts keep different strata, [^;]+")),
    ("told_not_additive_weights", re.compile(r"the contrasts weight strata by their own two arms, [^;]+")),
    ("told_strata_unused", re.compile(r"strata: estimator '\w+' does not use them [^;]+; use [^;]+ for that")),
    ("told_sparse_own", re.compile(r"sparse form of lin [^;]+ slopes of each arm's own")),
    ("told_sparse_common", re.compile(r"sparse form of lin [^;]+ one slope for all arms")),
    ("told_sparse_plain", re.compile(r"sparse form of lin [^;]+ as blocked")),
    ("told_sparse_vcov", re.compile(r"the sparse form of lin has 'HC2' only, [^;]+")),
    (
        "told_site_few",
        re.compile(r"(?P<contrast>[^;:]+ − [^;:]+): some site has fewer than (?P<n>\d+) persons in an arm: [^;]+"),
    ),
    ("told_site_left", re.compile(r"(?P<contrast>[^;:]+ − [^;:]+): sites left out: [^;]+")),
    ("why_not_in_files", re.compile(r"(?P<column>\S+) was not delivered in (?P<n>\d+) of (?P<of>\d+) files")),
    ("why_not_delivered", re.compile(r"(?P<column>\S+) was not delivered")),
    ("why_without_value", re.compile(r"(?P<column>\S+) was delivered without a value")),
    ("told_precision", re.compile(r"strata effects weight strata by precision [^;]+")),
    ("told_rows", re.compile(r"(?P<group>\S+): (?P<n>\d+) of (?P<of>\d+) rows have a note of their own")),
    ("told_still", re.compile(r"no variation in arm (?P<arm>[^;]+): it adds nothing to the standard error")),
    ("told_columns", re.compile(r"columns left out because they depend on the others: (?P<n>\d+)")),
    (
        "told_no_outcome",
        re.compile(
            rf"(?P<outcome>[^,:]+)(?:, month \d+)?: (?P<persons>{_PEOPLE}) without an observed outcome left out"
        ),
    ),
    ("told_no_level", re.compile(rf"(?P<group>\S+): (?P<persons>{_PEOPLE}) with no level left out of its rows")),
    (
        "told_alike",
        re.compile(
            r"(?:strata|cluster|by|site): .+ has values that differ in capitals, spaces or the coding of a sign only; they "
            r"count apart"
        ),
    ),
    ("told_no_value", re.compile(rf"(?P<group>\S+): (?P<persons>{_PEOPLE}) with no value")),
    ("told_levels", re.compile(r"not in every level: ")),
    ("told_apart", re.compile(r"no stratum has persons of both (?P<arm>\S+) and (?P<control>[^\s;]+)")),
    ("told_nobody", re.compile(r"no one in arm (?P<arm>[^;]+?) has an observed outcome here")),
    ("told_single", re.compile(r"one person in arm (?P<arm>[^;]+?): no variance")),
    (
        "told_leverage",
        re.compile(rf"(?P<name>HC\d|CR2) is undefined: (?P<persons>{_PEOPLE}) with leverage 1 \(fitted exactly\)"),
    ),
    (
        "told_weightless",
        re.compile(
            rf"(?P<persons>{_PEOPLE}) with leverage 1 \([^)]*\) and no weight in the contrast: left out of (?P<name>\w+)"
        ),
    ),
    (
        "told_exact_event",
        re.compile(
            rf"(?P<persons>{_PEOPLE}) whose event covariates or strata tell \(fitted exactly\) contribute 0 to the effect"
        ),
    ),
    ("told_no_person", re.compile(r"no person of arm (?P<arm>[^;]+?) has the event: [^;]+")),
    ("told_every_person", re.compile(r"every person of arm (?P<arm>[^;]+?) has the event: [^;]+")),
    ("told_separated", re.compile(r"the logistic regression has no finite solution[^;]*")),
    ("told_none_in_arm", re.compile(r"no events in arm (?P<arm>[^;]+)")),
    (
        "told_one_weight",
        re.compile(
            r"arm (?P<arm>[^;:]+): one person holds (?P<share>\d+ per cent) of the weight, effective number of persons "
            r"(?P<worth>[\d.]+)"
        ),
    ),
    ("told_few_weights", re.compile(r"arm (?P<arm>[^;:]+): the weights are worth fewer than 2 persons: no variance")),
    ("told_only_events", re.compile(r"only events in arm (?P<arm>[^;]+?): there are no odds")),
    ("told_no_df", re.compile(r"no degrees of freedom are left[^;]*")),
    ("told_no_variation", re.compile(r"no variation in either arm[^;]*")),
    ("told_collinear", re.compile(r"the arm cannot be told apart from the covariates and strata")),
    ("told_wald", re.compile(r"joint Wald test, chi-squared")),
    ("told_wald_f", re.compile(r"joint Wald test, F with \d+ and df degrees of freedom \(approximate Hotelling\)")),
    ("told_cross", re.compile(r"difference of differences: [^;]+")),
    (
        "told_crossing",
        re.compile(
            r"receipt of (?P<programme>\S+) differs between (?P<arm>\S+) and (?P<control>\S+) by more than the declared "
            r"(?P<share>[\d.e-]+): the assignment acts through that programme too"
        ),
    ),
    ("told_no_first_stage", re.compile(r"the assignment does not move receipt")),
    ("told_exact_receipt", re.compile(r"receipt follows the assignment exactly")),
    ("told_ar_open", re.compile(r"the first stage is too weak: the confidence set is not an interval")),
    ("told_weak", re.compile(r"weak first stage \(F below 10\)[^;]*")),
    ("told_already", re.compile(rf"(?P<persons>{_PEOPLE}) in the state on day 0 left out")),
    (
        "told_filled",
        re.compile(rf"covariate (?P<group>\S+): (?P<persons>{_PEOPLE}) with no value take the mean of all arms, [^;]+"),
    ),
    ("told_clusters", re.compile(r"clusters: (?P<n>\d+) in (?P<arm>\S+), (?P<more>\d+) in (?P<control>[^\s;]+)")),
    ("told_no_cluster", re.compile(r"persons without a cluster stand alone")),
    (
        "told_flat",
        re.compile(
            rf"(?P<strata>{_STRATA}) of [^;]+? with no or only events \((?P<persons>{_PEOPLE})\) contribute 0 [^;]+"
        ),
    ),
    ("told_respondents", re.compile(r"respondents are compared as they are: [^;]+")),
    ("told_no_events", re.compile(r"deaths and moves are not known: [^;]+")),
    ("told_thinned", re.compile(r"times are thinned so that no step counts a few; [^;]+")),
    ("told_at_risk", re.compile(r"persons at risk are worked out from [^;]+ rounded to the nearest (?P<n>\d+)")),
    (
        "told_started",
        re.compile(r"the few who were in the state on day 0 are counted among those at risk in the curves, [^;]+"),
    ),
    (
        "told_coarse",
        re.compile(
            r"mean times are those of the data, rounded to (?P<step>[\d.e-]+) so that hidden months stay open, and their "
            r"standard errors to (?P<half>[\d.e-]+); intervals and p [^;]+"
        ),
    ),
    ("told_apart_curves", re.compile(r"curves, persons at risk and medians are each arm's own, mean times [^;]+")),
    ("told_lost_times", re.compile(r"strata without both arms are left out of mean times")),
    ("told_competing", re.compile(r"competing events end the time at risk; the cumulative incidence [^;]+")),
    (
        "told_unserved",
        re.compile(
            r"neither programme is received more often in (?P<arm>\S+) than in (?P<control>[^\s,]+), by more than [^;]+"
        ),
    ),
    (
        "told_few_ratio",
        re.compile(
            r"fewer than (?P<n>\d+) events(?: or non-events)? in an arm: where an arm has none [^;]+(?:; read the [^;]+)?"
        ),
    ),
    ("told_few_events", re.compile(r"fewer than \d+ events in an arm: intervals around [^;]+")),
    ("told_short", re.compile(r"follow-up in the arm ends before the horizon")),
    ("told_by_cell", re.compile(r"persons weighted by cell instead, [^;]+")),
    (
        "told_no_arm",
        re.compile(
            rf"arm (?P<arm>[^;:]+): (?P<strata>{_STRATA}) of [^;]+? without anyone in the arm; its curve is of the others"
        ),
    ),
    ("told_ends_apart", re.compile(r"follow-up ends at different times by stratum: [^;]+")),
    ("told_no_event", re.compile(r"no one has the event \(code 1\), while [^;]+; where the column [^;]+")),
    ("told_no_censored", re.compile(r"no one is censored \(code 0\): everyone has the event")),
    (
        "told_all_end",
        re.compile(
            rf"no one is censored \(code 0\): (?P<persons>{_PEOPLE}) have the event \(code 1\) and for (?P<remain>{_PEOPLE}) a "
            r"competing one [^;]+; where the column [^;]+"
        ),
    ),
    ("told_no_tightening", re.compile(r"not tightened: [^;]+(?:; the direction must be one)?")),
    (
        "told_worth",
        re.compile(rf"arm (?P<arm>[^;:]+): (?P<persons>{_PEOPLE}) responded, worth (?P<worth>\d+) after weighting"),
    ),
    ("told_responded", re.compile(rf"arm (?P<arm>[^;:]+): (?P<persons>{_PEOPLE}) responded")),
    (
        "told_unshared",
        re.compile(
            rf"arm (?P<arm>[^;:]+): persons whose covariates no respondent shares are not represented "
            rf"\((?P<persons>{_PEOPLE})\)"
        ),
    ),
    (
        "told_thin",
        re.compile(r"arm (?P<arm>[^;:]+): some respondents stand for more than (?P<n>\d+) persons each"),
    ),
    (
        "told_lost_bare",
        re.compile(rf"(?P<strata>{_STRATA}) of [^;]+? without both arms left out \((?P<persons>{_PEOPLE})\)"),
    ),
    (
        "told_lost_every",
        re.compile(rf"(?P<strata>{_STRATA}) of [^;]+? without every arm left out \((?P<persons>{_PEOPLE})\)"),
    ),
)

_RULES = (
    ("rule_type_integer", re.compile(r"type: whole number")),
    ("rule_type_number", re.compile(r"type: number with .+")),
    ("rule_type_date", re.compile(r"type: date .+")),
    ("rule_invisible", re.compile(r"text: without signs that nobody sees")),
    ("rule_calendar", re.compile(r"calendar: every year on (?P<day>\d\d-\d\d)")),
    ("rule_one_day", re.compile(r"ends: no day of its own for many spells")),
    ("rule_project", re.compile(r"serial numbers: of one project")),
    ("rule_required", re.compile(r"required: never missing")),
    ("rule_range", re.compile(r"range: (?P<limits>.+)")),
    ("rule_allowed", re.compile(r"allowed values: (?P<values>.+)")),
    ("rule_pattern", re.compile(r"pattern: (?P<pattern>.+)")),
    ("rule_codes_dated", re.compile(r"code list: (?P<name>\S+), code in force .+")),
    ("rule_codes", re.compile(r"code list: (?P<name>\S+)")),
    ("rule_reversed", re.compile(r"reversed: .+")),
    ("rule_months", re.compile(r"months missing")),
    ("rule_partly", re.compile(r"column delivered in every file")),
    ("rule_absent", re.compile(r"column not delivered")),
    ("rule_cut", re.compile(r"the file ends with a line break")),
    ("rule_rows", re.compile(r"at least one row")),
    ("rule_key", re.compile(r"primary key: unique")),
    ("rule_unique", re.compile(r"unique: stands once")),
    ("rule_foreign", re.compile(r"foreign key: in (?P<name>\S+) \((?P<columns>.+)\)")),
    ("rule_future", re.compile(r"future: not after (?P<day>\S+)")),
    ("rule_months_covered", re.compile(r"coverage: every month that the study needs")),
    ("rule_years_covered", re.compile(r"coverage: every year that the study needs")),
    ("rule_years_within", re.compile(r"coverage: every year that the study needs; missing within: (?P<years>.+)")),
    ("rule_no_row", re.compile(r"participants without a row")),
    ("rule_overlap", re.compile(r"overlaps an earlier spell")),
    ("rule_too_early", re.compile(r"answered before randomisation")),
    ("rule_undated", re.compile(r"no day of the answer")),
)


def told(note: str, words: Words, labels: Labels) -> list[tuple[str, str]]:
    """Return the notes that stand in one text, each with its kind and in the report's language.

    Parameters
    ----------
    note : str
        As the estimator wrote it, in English; several are joined by semicolons.
    words : Words
    labels : Labels
    """
    out: list[tuple[str, str]] = []
    while note:
        for key, pattern in _NOTES:
            if (found := pattern.match(note)) is not None:
                parts = {k: _part(k, v, words, labels) for k, v in found.groupdict().items()}
                out.append((key, words(key, **parts)))
                note = note[found.end() :]
                break
        else:
            first, _, note = note.partition("; ")
            out.append(("told_other", words("told_other") if words.lang == "sv" else first))
        note = note.removeprefix("; ")
    return out


def sentences(notes: Iterable[str], words: Words, labels: Labels) -> list[str]:
    """Return notes as sentences for a table, each kind once: several of one kind are told together."""
    by_kind: dict[str, dict[str, None]] = {}
    for note in notes:
        for key, text in told(note, words, labels):
            by_kind.setdefault(key, {}).setdefault(text)
    out: list[str] = []
    for key, texts in by_kind.items():
        if len(texts) > 1 and words.has(f"{key}_many"):
            out.append(words(f"{key}_many"))
        else:
            out.extend(f"{capital(text)}." for text in texts)
    return out


def _part(name: str, value: str, words: Words, labels: Labels) -> str:
    """Return one recognised part of a note: a count in words, or a key's label."""
    digits = re.match(r"\d+", value)
    n = digits.group() if digits else ""
    if name in ("persons", "remain"):
        return words("told_persons", n=n) if n else words("told_fewer")
    if name in ("strata", "both"):
        return words("told_stratum") if n == "1" else words("told_strata", n=n)
    if name in ("arm", "control", "programme"):
        return labels.arm_short(value)
    if name == "contrast":
        return labels.written_contrast(value)
    if name == "share":
        percent = value.removesuffix(" per cent")
        return i18n.percent(float(percent) / (1 if percent == value else 100), 0, words.lang)
    if name in ("step", "half"):
        return i18n.number(float(value), max(0, len(value.partition(".")[2])), words.lang)
    if name == "outcome":
        return labels.outcome(value)
    if name != "group":
        return value
    # a study's names have no colon, so that those of a cross come apart
    told = tuple(value.split(":"))
    return labels.covariate(told if len(told) > 1 else value)


def rule_in_language(rule: str, words: Words) -> str:
    """Return a rule of the data-quality report in the report's language.

    Parameters
    ----------
    rule : str
        As the check wrote it, in English.
    words : Words
    """
    for key, pattern in _RULES:
        if (found := pattern.fullmatch(rule)) is not None:
            values = {k: v.replace(" to ", "–") if k == "limits" else v for k, v in found.groupdict().items()}
            return words(key, **values)
    if (known := _by_template(rule, "rule_")) is not None:
        return words(known[0], **known[1])
    return words("rule_other") if words.lang == "sv" else rule


def _by_template(text: str, prefix: str) -> tuple[str, dict[str, str]] | None:
    """Return the key whose English a text is, and what stands in its places."""
    for key, pattern in _TEMPLATES.items():
        if key.startswith(prefix) and (found := pattern.fullmatch(text)) is not None:
            return key, found.groupdict()
    return None


def advice_in_language(advice: str, words: Words) -> str:
    """Return what a check advises in the report's language; as it is where no phrase has these English words.

    Parameters
    ----------
    advice : str
        As the check wrote it, in English.
    words : Words
    """
    if (found := _MISSING_WORD.fullmatch(advice)) is not None:
        return words("advice_missing_word", marks=found["marks"])
    advices = (key for key, known in _CHECKS.items() if key.startswith("advice_") and known["en"] == advice)
    key = next(advices, None)
    if key is None and (known := _by_template(advice, "advice_")) is not None:
        return words(known[0], **known[1])
    return advice if key is None else words(key)
