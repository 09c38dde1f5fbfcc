"""Names of arms, outcomes, groups and times as a reader meets them, from the study's labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.names import MISSING, parts, said

from .cells import Numbers, Scale

if TYPE_CHECKING:
    from effektutv.disclosure.protected import Protected, ReportInputs
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.names import Name
    from effektutv.study import Study

    from .words import Words

__all__ = ["Context", "Labels"]


#: First words of a level's label that join it to another without a comma.
_WITH = ("med", "utan", "with", "without")


class Labels:
    """The study's names in one language. A key without a label stands as it is, underscores as spaces."""

    def __init__(self, study: Study, words: Words) -> None:
        self._study = study
        self._words = words
        self._lang = words.lang

    def arm(self, code: str) -> str:
        """Return an arm's name."""
        return self._study.arm_labels(self._lang).get(code, code)

    def arm_short(self, code: str) -> str:
        """Return an arm's code where it is a word of its own (``SE``), else its name."""
        return code if code.isalpha() else self.arm(code)

    def arm_full(self, code: str) -> str:
        """Return an arm's name with its code, where that is a word of its own."""
        name = self.arm(code)
        return f"{name} ({code})" if code.isalpha() and code != name else name

    def contrast(self, arm: str, control: str) -> str:
        """Return ``SE − FS``."""
        return f"{self.arm_short(arm)}\N{NO-BREAK SPACE}−\N{NO-BREAK SPACE}{self.arm_short(control)}"

    def written_contrast(self, text: str) -> str:
        """Return a contrast that a note wrote with the arms' codes; as it is where they are not the study's."""
        between = " \N{MINUS SIGN} "
        codes = text.split(between)
        for i in range(1, len(codes)):
            pair = between.join(codes[:i]), between.join(codes[i:])
            if set(pair) <= set(self._study.arm_codes):
                return between.join(map(self.arm_short, pair))
        return text

    def outcome(self, name: str) -> str:
        """Return an outcome's name."""
        kind, _, item = name.partition(":")
        if kind == "response" and item:
            return self._words("response_to", outcome=self.outcome(item))
        if kind == "statements" and item:
            return self._words("statements_of", outcome=self.outcome(item))
        found = next((o for o in self._study.outcomes if o.name == name), None)
        return found.label.in_language(self._lang) if found else _spaced(name)

    def category(self, name: str) -> str:
        """Return the name of a kind of work or of a source."""
        return self._words(name) if self._words.has(name) else self.outcome(name)

    def covariate(self, name: Name) -> str:
        """Return a characteristic's name; of a cross, its parts' names."""
        labels: dict[Name, str] = {c.name: c.label.in_language(self._lang) for c in self._study.covariates}
        return " × ".join(
            labels.get(part) or (self._words(said(part)) if self._words.has(said(part)) else _spaced(said(part)))
            for part in parts(name)
        )

    def level(self, covariate: Name, level: Name) -> str:
        """Return a level's name; of a cross, its parts' levels."""
        if level == MISSING:
            return self._words("missing_level")
        codes = parts(level) if isinstance(covariate, tuple) else (level,)
        pairs = zip(parts(covariate), codes, strict=True)
        first, *others = (self._one_level(name, said(code)) for name, code in pairs)
        for label in others:
            # "Kvinnor med daglig verksamhet", but "Kvinnor, under 25 år"
            lowered = i18n.in_sentence(label)
            first += (" " if lowered.split(" ", 1)[0] in _WITH else ", ") + lowered
        return first

    def _one_level(self, covariate: Name, code: str) -> str:
        declared = next((c.levels for c in self._study.covariates if c.name == covariate), ())
        plain = self._named(said(covariate), code)
        return next((x.label.in_language(self._lang) for x in declared if x.code == code), plain)

    def _named(self, covariate: str, code: str) -> str:
        """Return the name of a level that the study does not label: a project area's places, a half-year, or the key."""
        if covariate == "site":
            return ", ".join(code.split("–"))
        year, _, half = code.partition("-")
        if covariate == "entry_half_year" and self._words.has(f"half_year_{half}"):
            return self._words(f"half_year_{half}", year=year)
        return _spaced(code)

    def months(self, n: int) -> str:
        """Return ``15 månader``."""
        return self._words("months_1") if n == 1 else self._words("months_n", n=i18n.count(n, self._lang))

    def when(self, month: int | None, clock: str) -> str:
        """Return ``15 månader efter randomiseringen``; empty where the outcome has no month."""
        if month is None:
            return ""
        return self._words("since_start" if clock == "start" else "since_randomisation", months=self.months(month))

    def clock(self, clock: str) -> str:
        """Return what months are counted from, and whether randomisation protects it."""
        return self._words(f"clock_{clock}") if clock else ""

    def stage(self, name: str) -> str:
        """Return the name of a stage of the flow."""
        return self._words(f"stage_{name}") if self._words.has(f"stage_{name}") else _spaced(name)

    def reason(self, name: str) -> str:
        """Return why persons left."""
        return self._words(f"reason_{name}") if self._words.has(f"reason_{name}") else _spaced(name)


def _spaced(key: str) -> str:
    text = key.replace("_", " ")
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Context:
    """What every part of the report is laid out from.

    Parameters
    ----------
    inputs : Protected of ReportInputs
    words : Words
    numbers : Numbers
    labels : Labels
    locked : bool
        Whether the study's plan is the one that was locked before outcomes were read: else nothing is *specified in advance*,
        only declared in the study file.
    """

    inputs: Protected[ReportInputs]
    words: Words
    numbers: Numbers
    labels: Labels
    locked: bool = False

    @classmethod
    def of(cls, inputs: Protected[ReportInputs], words: Words, *, locked: bool = False) -> Context:
        """Return the context of a report in one language."""
        return cls(inputs, words, Numbers(words), Labels(inputs.value.study, words), locked)

    @property
    def study(self) -> Study:
        """The study."""
        return self.inputs.value.study

    @property
    def lang(self) -> str:
        """The report's language."""
        return self.words.lang

    @property
    def rows(self) -> list[EffectRow]:
        """Every row of effects, in the order they came."""
        return [row for effects in self.inputs.value.effects for row in effects.rows]

    @property
    def clocks(self) -> list[str]:
        """The clocks of the effects, the study's own first."""
        found = list(dict.fromkeys(row.clock for row in self.rows))
        first = self.study.time_zero.clock
        return sorted(found, key=lambda c: c != first)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms' codes, the comparison arm first."""
        return self.study.arm_codes

    @property
    def shares(self) -> Scale:
        """The scale of a share."""
        return Scale(share=True)

    @property
    def coverage(self) -> float:
        """Coverage of the intervals."""
        effects = self.inputs.value.effects
        return effects[0].conf_level if effects else self.study.study.confidence

    def everyone(self, outcome: str, clock: str) -> list[EffectRow]:
        """Return an outcome's effects for everyone on one clock, a row a contrast."""
        return [r for r in self.rows if r.outcome == outcome and r.clock == clock and not r.subgroup]

    def scale(self, outcome: str) -> Scale:
        """Return how an outcome is shown."""
        declared = next((o for o in self.study.outcomes if o.name == outcome), None)
        if declared is None or declared.binary:
            return Scale(share=True)
        asked = [r for s in self.inputs.value.surveys for r in s.observed.rows]
        sizes = [
            abs(x)
            for r in (*self.rows, *asked)
            if r.outcome == outcome
            for x in (r.share_arm, r.std_error)
            if isinstance(x, float)
        ]
        smallest = min((x for x in sizes if x > 0), default=1.0)
        decimals = 0 if smallest >= 10 else 1 if smallest >= 1 else 2
        return Scale(share=False, decimals=decimals, unit=declared.unit.in_language(self.lang) if declared.unit else "")

    def protection(self) -> str:
        """Return how the numbers are protected, for the end of a table's notes."""
        policy = self.inputs.policy
        if policy.releases_all:
            return self.words("protection_public")
        return self.words("protection_cleared" if policy.cleared else "protection_uncleared")

    def synthetic(self) -> tuple[str, ...]:
        """Return the note that data are made up, where they are."""
        return (self.words("synthetic_note"),) if self.study.study.synthetic else ()
