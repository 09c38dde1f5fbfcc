"""How credible a difference in effect between subgroups is: the items of ICEMAN, answered by rule.

ICEMAN asks five questions of an apparent effect modification in a randomised trial, each with four answers from
"definitely reduces credibility" to "definitely increases" it, and an overall rating (Schandelmaier et al. 2020, CMAJ
192:E901–E906, doi 10.1503/cmaj.200077; manual and form, version 1.1, at https://iceman.help). The instrument is for a
single outcome, contrast and modifier at a time, so there is one set of answers to each interaction row. Its second answer
also stands for "unclear"; here that is told apart by name and counts alike.

============= ===================== ======================================================================================
item          answer                where
============= ===================== ======================================================================================
direction     definitely reduced    the interaction goes against the direction stated beforehand
              unclear               no direction stated; several levels; a contrast with another arm than the control
              probably increased    as stated; without a plan that was locked
              definitely increased  as stated, in a plan that was locked
prior         unclear               no prior evidence stated
evidence      probably increased    stated; its strength is for a reader to judge
chance        definitely reduced    p of the interaction above 0.05
              probably reduced      above 0.01, at most 0.05; ``unclear`` where there is no test
              probably increased    above 0.005, at most 0.01
              definitely increased  at most 0.005
number        definitely reduced    more than ten modifiers tested and not corrected for
              probably reduced      four to ten, not corrected for
              probably increased    at most three, or corrected for; without a plan that was locked
              definitely increased  the same, in a plan that was locked
cut points    not applicable        the modifier has categories by nature
              definitely reduced    cut points found in the data
              unclear               cut points of unknown origin
              probably increased    cut points stated beforehand
============= ===================== ======================================================================================

Whether a hypothesis is biologically, or here socially, implausible is no question for a rule, nor is the optional item on
further considerations; a modifier analysed without cut points is not offered. The instrument gives its lowest answer to a
direction that was thought of only after the results were seen; a rule cannot tell that from one not stated, which is unclear.

The overall rating is the highest that the instrument's guidance leaves room for, and a reader may go lower: very low where
every answer reduces credibility; at most low with two answers that definitely reduce it; at most moderate with one such, or
with two that probably do; high is likely where none does. For a single answer that probably reduces it the guidance is
silent, and the rating here is moderate. The instrument is for apparent modification only, which is taken here to need a p of
at most 0.1: above it nothing is rated (``not_applicable``), and that the effects are alike is not shown either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from effektutv.results.credibility import Credibility, CredibilityRow
from effektutv.results.effect_rows import EffectRow, RowKind
from effektutv.results.names import Name

__all__ = ["CUT_POINTS", "DIRECTIONS", "Claims", "corrected", "credibility"]

DIRECTIONS = ("larger", "smaller")
#: Origins of cut points, and the answers that they give.
CUT_POINTS = {"stated": "probably_increased", "unknown": "unclear", "exploratory": "definitely_reduced"}
#: Above this p nothing is rated: the package's choice, looser than the instrument's own first threshold of 0.05.
SUGGESTED = 0.1
_REDUCED = ("probably_reduced", "unclear")
_CHANCE = (
    (0.005, "definitely_increased", "p_at_most_0.005"),
    (0.01, "probably_increased", "p_0.005_to_0.01"),
    (0.05, "probably_reduced", "p_0.01_to_0.05"),
    (1.0, "definitely_reduced", "p_above_0.05"),
)
FEW, SOME = 3, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What was said beforehand of the subgroups.

    Parameters
    ----------
    directions : mapping of subgroup to {"larger", "smaller"}
        How the second level's effect was expected to compare with the first's, an arm against the control.
    prior_evidence : collection of str
        Subgroups for which prior evidence is stated.
    cut_points : mapping of subgroup to {"stated", "unknown", "exploratory"}
        Origin of the cut points, for subgroups cut from a continuous characteristic.
    modifiers : int
        Subgroups tested in all.
    protocol : bool
        Whether all this stood in a plan that was locked before outcomes were seen.
    """

    directions: Mapping[Name, str] = field(default_factory=dict)
    prior_evidence: Collection[Name] = ()
    cut_points: Mapping[Name, str] = field(default_factory=dict)
    modifiers: int
    protocol: bool = False


def credibility(rows: Sequence[EffectRow], claims: Claims, control: str) -> Credibility | None:
    """Return the items for every interaction row, or None where there is no such row.

    Parameters
    ----------
    rows : sequence of EffectRow
    claims : Claims
    control : str
        The arm that the directions are against.
    """
    found = [r for row in _asked(rows) for r in _items(row, claims, control)]
    return Credibility(rows=tuple(found), protocol=claims.protocol) if found else None


def corrected(held: Credibility, rows: Sequence[EffectRow]) -> Credibility:
    """Return the items once the number of modifiers has been considered: in rows with an adjusted p-value."""
    considered = {_key(row) for row in _asked(rows) if isinstance(row.p_adjusted, float)}
    p_values = {_key(row): row.p_value for row in _asked(rows)}
    out: list[CredibilityRow] = []
    answers: dict[str, str] = {}
    for item in held.rows:
        key = _key(item)
        answer, evidence = item.answer, item.evidence
        if key in considered and item.item == "number":
            answer, evidence = _planned(held.protocol), "corrected"
        elif key in considered and item.item == "overall":
            answer, evidence = _overall(answers, p_values[key])
        answers = {} if item.item == "overall" else {**answers, item.item: answer}
        out.append(_row(item, item.item, answer, evidence))
    return Credibility(rows=tuple(out), protocol=held.protocol)


def _asked(rows: Sequence[EffectRow]) -> list[EffectRow]:
    """Return the row that the items are about, of each subgroup and contrast: the interaction, or else the joint test."""
    found = {_key(row): row for row in rows if row.kind.compares}
    return list((found | {_key(row): row for row in rows if row.kind is RowKind.INTERACTION}).values())


def _key(row: EffectRow | CredibilityRow) -> tuple[object, ...]:
    return row.outcome, row.clock, row.month, row.arm, row.control, row.subgroup


def _row(like: EffectRow | CredibilityRow, item: str, answer: str, evidence: str) -> CredibilityRow:
    return CredibilityRow(
        outcome=like.outcome, clock=like.clock, month=like.month, arm=like.arm, control=like.control,
        subgroup=like.subgroup, item=item, answer=answer, evidence=evidence,
    )  # fmt: skip


def _items(row: EffectRow, claims: Claims, control: str) -> list[CredibilityRow]:
    """Return the five items and the overall rating of one interaction row."""
    found = {
        "direction": _direction(row, claims, control),
        "prior_evidence": (
            ("probably_increased", "stated") if row.subgroup in claims.prior_evidence else ("unclear", "not_stated")
        ),
        "chance": _chance(row.p_value),
        "number": _number(row, claims),
        "cut_points": _cut_points(row, claims),
    }
    answers = {item: answer for item, (answer, _) in found.items()}
    found["overall"] = _overall(answers, row.p_value)
    return [_row(row, item, answer, evidence) for item, (answer, evidence) in found.items()]


def _planned(protocol: bool) -> str:
    return "definitely_increased" if protocol else "probably_increased"


def _direction(row: EffectRow, claims: Claims, control: str) -> tuple[str, str]:
    stated = claims.directions.get(row.subgroup)
    if stated is None:
        return "unclear", "not_stated"
    if row.control != control:
        return "unclear", "other_contrast"
    if not isinstance(row.estimate, float) or row.estimate == 0:
        return "unclear", "no_difference"
    if (row.estimate > 0) is (stated == "larger"):
        return _planned(claims.protocol), "as_stated"
    return "definitely_reduced", "against_stated"


def _chance(p: object) -> tuple[str, str]:
    if not isinstance(p, float):
        return "unclear", "no_test"
    return next((answer, evidence) for most, answer, evidence in _CHANCE if p <= most)


def _number(row: EffectRow, claims: Claims) -> tuple[str, str]:
    if isinstance(row.p_adjusted, float):
        return _planned(claims.protocol), "corrected"
    if claims.modifiers <= FEW:
        return _planned(claims.protocol), "at_most_3"
    return ("probably_reduced", "4_to_10") if claims.modifiers <= SOME else ("definitely_reduced", "more_than_10")


def _cut_points(row: EffectRow, claims: Claims) -> tuple[str, str]:
    origin = claims.cut_points.get(row.subgroup)
    return ("not_applicable", "categories") if origin is None else (CUT_POINTS[origin], f"cut_points_{origin}")


def _overall(answers: Mapping[str, str], p: object) -> tuple[str, str]:
    """Return the highest rating that the guidance leaves room for, and why it is no higher."""
    if not isinstance(p, float) or p > SUGGESTED:
        return "not_applicable", "no_test" if not isinstance(p, float) else "no_apparent_modification"
    given = [a for a in answers.values() if a != "not_applicable"]
    definitely, probably = given.count("definitely_reduced"), sum(a in _REDUCED for a in given)
    if definitely + probably == len(given):
        return "very_low", "all_reduced"
    if definitely >= 2:
        return "low", "two_definitely_reduced"
    if definitely or probably >= 2:
        return "moderate", "one_definitely_reduced" if definitely else "two_probably_reduced"
    return ("moderate", "one_probably_reduced") if probably else ("high", "none_reduced")
