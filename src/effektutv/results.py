"""Frozen result types of every wing, in one tidy schema, and the mixin behind ``.tidy()``, ``.to_dicts()`` and ``_repr_html_``.

A number that cannot be computed is an :class:`Unavailable` that says why; one that may not be shown is a
:class:`Suppressed`. Neither is ever 0, blank or NaN inside a result; :meth:`Tabular.tidy` turns both into a missing value
and leaves the reason in ``status`` and ``note``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from .errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ArmSummary",
    "Balance",
    "BalanceRow",
    "Contamination",
    "ContaminationRow",
    "Count",
    "CountRow",
    "Counts",
    "DataQuality",
    "EffectBand",
    "EffectBands",
    "EffectRow",
    "Effects",
    "Estimand",
    "Finding",
    "Flow",
    "FlowStage",
    "Omnibus",
    "Profile",
    "RandomizationRow",
    "RandomizationTest",
    "Severity",
    "StartRow",
    "Starts",
    "Statistic",
    "Status",
    "Suppressed",
    "Tabular",
    "Unavailable",
    "available",
    "keep",
    "kept",
]

#: The marker that stands for a suppressed cell wherever a result is shown.
SUPPRESSION_MARK = "‥"


class Status(StrEnum):
    """Whether a row may be shown outside the secure environment. Only ``released`` may."""

    UNCHECKED = "unchecked"
    RELEASED = "released"
    SUPPRESSED = "suppressed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A statistic that is not defined here, and why.

    Parameters
    ----------
    reason : str
        Why there is no number, in words for a reader.
    """

    reason: str

    def __repr__(self) -> str:
        return f"Unavailable({self.reason!r})"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A statistic that exists but may not be shown.

    Parameters
    ----------
    rule : str
        The disclosure rule that took it away.
    """

    rule: str

    def __repr__(self) -> str:
        return SUPPRESSION_MARK


#: A number, or the reason why there is none.
Statistic = float | Unavailable | Suppressed
#: A count, or the reason why there is none.
Count = int | Unavailable | Suppressed


def available(value: object) -> bool:
    """Return whether ``value`` is a number rather than the reason for its absence.

    Parameters
    ----------
    value : object
        A field of a result row.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: object) -> object:
    """Return the value as a tidy table holds it: absent numbers as ``None``, enumerations and dates as they print."""
    if isinstance(value, Unavailable | Suppressed):
        return None
    if isinstance(value, StrEnum):
        return str(value)
    return value


class Tabular:
    """Mixin: any result whose ``rows`` are frozen dataclasses can be listed, tabulated, shown and plotted."""

    __slots__ = ()

    rows: Sequence[Any]

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a row; absent numbers are ``None``."""
        return [
            {f.name: _plain(getattr(row, f.name)) for f in fields(row) if not f.metadata.get("internal")}
            for row in self.rows
        ]

    def tidy(self) -> pd.DataFrame:
        """Return one row a result row; absent numbers are missing (NaN), with the reason in ``status`` and ``note``."""
        import pandas as pd

        names = [f.name for f in fields(self._row_type()) if not f.metadata.get("internal")]
        return pd.DataFrame(self.to_dicts(), columns=names)

    @classmethod
    def _row_type(cls) -> type[Any]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        shown = self.tidy().dropna(axis="columns", how="all")
        return str(shown.to_html(index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep="–"))


# ---------------------------------------------------------------------------------------------------------- estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """What a row of effects is an effect of, in the five attributes of ICH E9(R1).

    Parameters
    ----------
    population : str
        Who the effect is for, e.g. all randomised who consented.
    outcome : str
        The outcome's name.
    contrast : str
        How the arms are compared, e.g. ``"each arm against FS, as assigned"``.
    intercurrent : str
        What is done about death, emigration and missing follow-up.
    summary : str
        The summary measure, e.g. ``"difference in proportions"``.
    """

    population: str
    outcome: str
    contrast: str
    intercurrent: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One contrast of two arms for one outcome in one group. Shares and effects are proportions (0.08, not 8).

    ``events_arm`` and ``events_control`` are the counts behind the shares of a 0/1 outcome; disclosure control reads
    them, and they are not part of the released table.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    subgroup: str = ""
    level: str = ""
    n_arm: Count
    n_control: Count
    share_arm: Statistic
    share_control: Statistic
    mean_arm: Statistic
    mean_control: Statistic
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    df: Statistic
    p_value: Statistic
    conf_low: Statistic
    conf_high: Statistic
    p_randomization: Statistic = Unavailable("no randomisation test was asked for")
    p_adjusted: Statistic = Unavailable("no family was declared")
    family: str = ""
    estimator: str
    vcov: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""
    events_arm: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})
    events_control: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects(Tabular):
    """Effects of the arms on one outcome or several, with what they are effects of.

    Parameters
    ----------
    rows : tuple of EffectRow
        Everyone first, then each subgroup's levels followed by its interaction rows.
    estimand : Estimand
        What the rows estimate.
    conf_level : float
        Coverage of the intervals, e.g. 0.95.
    notes : tuple of str
        What a table note must say: strata dropped, cells pooled, rows without outcome.
    """

    rows: tuple[EffectRow, ...]
    estimand: Estimand
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    # What the effects were estimated from (see keep): neither shown, compared, pickled nor carried into a changed copy.
    _source: object = field(default=None, init=False, repr=False, compare=False)

    def __getstate__(self) -> list[object]:
        """Return what a pickle or copy holds: everything but the arrays."""
        return [None if f.name == "_source" else getattr(self, f.name) for f in fields(self)]

    def __setstate__(self, state: list[object]) -> None:
        """Take what a pickle or copy held."""
        for f, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, f.name, value)

    @classmethod
    def _row_type(cls) -> type[EffectRow]:
        return EffectRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a forest plot (matplotlib figure) of the effects.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.forest.forest`.
        """
        from .plots.forest import forest

        return forest(self.tidy(), **{"lang": lang, "level": self.conf_level, **options})


def keep(effects: Effects, source: object) -> Effects:
    """Return the effects with what they were estimated from, for tests that draw the assignment again.

    It stays within the process: it is no part of the result's value, repr, table or pickle, and a copy made by
    ``dataclasses.replace`` (as disclosure control makes) has none.

    Parameters
    ----------
    effects : Effects
        Just made, and known to no one else yet.
    source : object
    """
    object.__setattr__(effects, "_source", source)
    return effects


def kept(effects: Effects) -> object:
    """Return what :func:`keep` put beside the effects, or None.

    Parameters
    ----------
    effects : Effects
    """
    return effects._source


#: Where a profile was asked for without simultaneous bands.
NO_BAND = Unavailable("no simultaneous band was asked for")
#: Where a month has a share or an effect but no variance, so that the band leaves it out.
NO_VARIANCE = Unavailable("no variance at this month: the simultaneous band leaves it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """The share (or mean) of one outcome in one arm at one month, with its own interval.

    ``sim_low`` and ``sim_high`` bound the simultaneous band, which holds the arm's whole curve at once, and
    ``sim_critical`` is its critical value, the same at every month of the arm.
    """

    outcome: str
    clock: str
    month: int
    arm: str
    n: Count
    share: Statistic
    std_error: Statistic
    conf_low: Statistic
    conf_high: Statistic
    status: Status = Status.UNCHECKED
    sim_low: Statistic = NO_BAND
    sim_high: Statistic = NO_BAND
    sim_critical: Statistic = NO_BAND
    events: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectBand:
    """The simultaneous band of one contrast at one month; it holds the contrast's whole curve at once."""

    outcome: str
    clock: str
    month: int
    arm: str
    control: str
    sim_low: Statistic
    sim_high: Statistic
    sim_critical: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectBands(Tabular):
    """Simultaneous bands of the effects by month, and how all bands of the profile were drawn.

    Parameters
    ----------
    rows : tuple of EffectBand
        One row an outcome, month and contrast; the estimates stand in the profile's ``effects``.
    draws : int
        Draws behind each critical value; 0 where no band was asked for.
    seed : int
        From which every draw can be had again.
    """

    rows: tuple[EffectBand, ...] = ()
    draws: int = 0
    seed: int = 0

    @classmethod
    def _row_type(cls) -> type[EffectBand]:
        return EffectBand


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Tabular):
    """Month by month: the share in each arm, and the effects between arms.

    Parameters
    ----------
    rows : tuple of ArmSummary
        One row an outcome, month and arm.
    effects : Effects
        One row an outcome, month and contrast, with pointwise intervals.
    bands : EffectBands
        Their simultaneous bands, where these were asked for.
    """

    rows: tuple[ArmSummary, ...]
    effects: Effects
    bands: EffectBands = field(default_factory=EffectBands)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a note on the bands must say: how they were drawn, and the months that they leave out.

        Read off the rows, so that a month which disclosure control has hidden is not named.
        """
        if not self.bands.draws:
            return ()
        said = [f"simultaneous bands (sup-t): {self.bands.draws} draws, seed {self.bands.seed}"]
        for who, months in self.without_variance().items():
            said.append(f"{who}: no variance at month {', '.join(map(str, months))}; left out of the simultaneous band")
        return tuple(said)

    def without_variance(self) -> dict[str, tuple[int, ...]]:
        """Return the months that the bands leave out for want of variance, by outcome and arm or contrast."""
        out: dict[str, list[int]] = {}
        for row in self.rows:
            if row.sim_low == NO_VARIANCE:
                out.setdefault(" ".join(filter(None, (row.outcome, row.clock, row.arm))), []).append(row.month)
        for band in self.bands.rows:
            if band.sim_low == NO_VARIANCE:
                who = " ".join(filter(None, (band.outcome, band.clock, f"{band.arm} − {band.control}")))
                out.setdefault(who, []).append(band.month)
        return {who: tuple(sorted(months)) for who, months in out.items()}

    @classmethod
    def _row_type(cls) -> type[ArmSummary]:
        return ArmSummary

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure of the shares by month and arm, with bands.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.profile.shares_by_month`.
        """
        from .plots.profile import shares_by_month

        return shares_by_month(self.tidy(), lang=lang, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminationRow:
    """One part of an arm's coefficient in one regression of all arms, or an average effect without the other arms' parts.

    ``component`` is ``pooled`` (the coefficient), ``own`` and ``contamination`` (which add up to it; ``source`` is the arm
    whose effects contaminate), ``equal``, ``one_at_a_time`` or ``common`` (the arm's own effects, by those weights).
    ``difference`` is the coefficient less the row's estimate.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    component: str
    source: str = ""
    n_arm: Count
    n_control: Count
    estimate: Statistic
    std_error: Statistic
    conf_low: Statistic
    conf_high: Statistic
    difference: Statistic
    difference_se: Statistic
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contamination(Tabular):
    """How one regression of all arms with strata effects differs from the arms' own effects, and by whose.

    Parameters
    ----------
    rows : tuple of ContaminationRow
        Each arm against the control.
    conf_level : float
        Coverage of the intervals.
    notes : tuple of str
        What a table note must say.
    """

    rows: tuple[ContaminationRow, ...]
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[ContaminationRow]:
        return ContaminationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomizationRow:
    """One contrast tested by drawing the assignment again.

    ``statistic`` is the distance of the estimate from its mean over all draws: over its standard error where
    ``studentized``, over ``null_sd`` where not, and as it is in an exact test. ``null_sd`` is the estimate's standard
    deviation over all draws under the sharp null, by formula. ``draws`` is 0 for an exact test.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    n_arm: Count
    n_control: Count
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    null_sd: Statistic
    p_randomization: Statistic
    mc_error: Statistic
    conf_low: Statistic
    conf_high: Statistic
    draws: int
    estimator: str
    studentized: bool
    alternative: str
    mechanism: str
    method: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomizationTest(Tabular):
    """Randomisation tests, a row a contrast.

    Parameters
    ----------
    rows : tuple of RandomizationRow
    seed : int
        From which every draw can be had again.
    conf_level : float
        Coverage of the intervals.
    notes : tuple of str
        What a table note must say.
    """

    rows: tuple[RandomizationRow, ...]
    seed: int
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[RandomizationRow]:
        return RandomizationRow


# ------------------------------------------------------------------------------------------------------------ balance


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One covariate (or one level of it, or its missingness) in one pair of arms.

    ``smd`` is the raw standardised mean difference, ``smd_weighted`` the stratum-weighted one; the denominator of both is
    the square root of the mean of the two arms' variances.
    """

    covariate: str
    level: str = ""
    kind: str
    arm: str
    control: str
    n_arm: Count
    n_control: Count
    n_missing_arm: Count
    n_missing_control: Count
    mean_arm: Statistic
    mean_control: Statistic
    sd_arm: Statistic
    sd_control: Statistic
    difference: Statistic
    smd: Statistic
    smd_weighted: Statistic
    smd_max: Statistic
    variance_ratio: Statistic
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Omnibus:
    """One test of all covariates and all arms at once (Hansen and Bowers 2008)."""

    statistic: Statistic
    df: Statistic
    p_value: Statistic
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Tabular):
    """Baseline covariates by arm: standardised differences, variance ratios, missingness, and an omnibus test."""

    rows: tuple[BalanceRow, ...]
    omnibus: Omnibus
    arms: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[BalanceRow]:
        return BalanceRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a love plot (matplotlib figure) of the standardised mean differences.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.love.love`.
        """
        from .plots.love import love

        return love(self.tidy(), lang=lang, **options)


# --------------------------------------------------------------------------------------------------------------- flow


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStage:
    """One stage of the participant flow: how many came in, how many left and why, how many went on.

    Parameters
    ----------
    name : str
        The stage's key, e.g. ``"randomised"``.
    n : int
        Persons who remain after the stage.
    excluded : int
        Persons who left at the stage.
    reason : str
        Why they left: a key, not a display text; empty where nobody can leave.
    by_arm : mapping of str to int
        Persons who remain by arm, empty before randomisation.
    """

    name: str
    n: Count
    excluded: Count
    reason: str
    by_arm: Mapping[str, Count] = field(default_factory=dict)
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Tabular):
    """Participant flow: exclusions by stage, which must add up.

    Raises
    ------
    ArgumentError
        If a stage's persons and exclusions do not add up to the stage before, or its arms to its persons.
    """

    rows: tuple[FlowStage, ...]

    def __post_init__(self) -> None:
        for before, stage in zip(self.rows, self.rows[1:], strict=False):
            counts = (before.n, stage.n, stage.excluded)
            # a suppressed count cannot be added; disclosure control only takes counts away, it never changes one
            if all(isinstance(c, int) for c in counts) and stage.n + stage.excluded != before.n:  # type: ignore[operator]
                raise ArgumentError(f"participant flow: stage {stage.name!r} does not add up with {before.name!r}")
        for stage in self.rows:
            known = [c for c in stage.by_arm.values() if isinstance(c, int)]
            if known and len(known) == len(stage.by_arm) and isinstance(stage.n, int) and sum(known) != stage.n:
                raise ArgumentError(f"participant flow: the arms of stage {stage.name!r} do not add up to the stage")

    @classmethod
    def _row_type(cls) -> type[FlowStage]:
        return FlowStage

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a stage and arm; the row with an empty arm is the stage's total."""
        out: list[dict[str, Any]] = []
        for stage in self.rows:
            first = {"stage": stage.name, "arm": "", "n": _plain(stage.n), "excluded": _plain(stage.excluded)}
            out.append({**first, "reason": stage.reason, "status": str(stage.status)})
            out.extend(
                {
                    "stage": stage.name,
                    "arm": arm,
                    "n": _plain(n),
                    "excluded": None,
                    "reason": "",
                    "status": str(stage.status),
                }
                for arm, n in stage.by_arm.items()
            )
        return out

    def tidy(self) -> pd.DataFrame:
        """Return one row a stage and arm."""
        import pandas as pd

        return pd.DataFrame(self.to_dicts(), columns=["stage", "arm", "n", "excluded", "reason", "status"])

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return the participant flow as a diagram (matplotlib figure).

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.flow.flow`.
        """
        from .plots.flow import flow

        return flow(self.tidy(), lang=lang, **options)


# ------------------------------------------------------------------------------------------------------------- counts


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many persons of one arm are in one of several exclusive categories of an outcome at one month.

    ``n`` is the arm's denominator (persons followed at that month), not the persons in the outcome; ``share`` is
    ``events / n``. ``category`` is a key: an outcome's name, or ``"af_only"``, ``"ku_only"``, ``"both"``.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    category: str
    n: Count
    events: Count
    share: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Tabular):
    """Exclusive categories of an outcome by arm: kinds of work, or the sources that know of the work.

    Parameters
    ----------
    rows : tuple of CountRow
        One row an arm and category; the categories of an arm, clock and month add up to the outcome in that arm.
    notes : tuple of str
        What a table note must say.
    """

    rows: tuple[CountRow, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[CountRow]:
        return CountRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return stacked bars (matplotlib figure) of the categories by arm.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.kinds.kinds`.
        """
        from .plots.kinds import kinds

        return kinds(self.tidy(), lang=lang, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRow:
    """How many of one arm started their intervention, and after how many days (median, of those who started)."""

    arm: str
    n: Count
    started: Count
    share: Statistic
    median_delay: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts(Tabular):
    """Start of the intervention by arm: what the start clock rests on."""

    rows: tuple[StartRow, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[StartRow]:
        return StartRow


# ------------------------------------------------------------------------------------------------------- data quality


class Severity(StrEnum):
    """How bad a finding is: an error stops the run, a warning and a note are reported."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule checked on one column of one extract: how many rows were checked and how many failed."""

    extract: str
    column: str
    rule: str
    rows_checked: int
    rows_failing: int
    severity: Severity
    advice: str = ""

    @property
    def failing_text(self) -> str:
        """The count of failing rows as it may be shown: 1 to 4 is "fewer than 5"."""
        return "fewer than 5" if 0 < self.rows_failing < 5 else str(self.rows_failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataQuality(Tabular):
    """What was found when the extracts were read and checked.

    Parameters
    ----------
    rows : tuple of Finding
        Every rule that some row broke, and the counted notes (overlaps, reversed spells).
    read : mapping of str to int
        Rows read, by extract.
    delivered : date or None
        The delivery's date, where the study states one.
    """

    rows: tuple[Finding, ...]
    read: Mapping[str, int] = field(default_factory=dict)
    delivered: date | None = None

    @classmethod
    def _row_type(cls) -> type[Finding]:
        return Finding

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a finding; 1 to 4 failing rows are shown as "fewer than 5"."""
        return [
            {
                "extract": f.extract,
                "column": f.column,
                "rule": f.rule,
                "rows_checked": f.rows_checked,
                "rows_failing": f.failing_text,
                "severity": str(f.severity),
                "advice": f.advice,
            }
            for f in self.rows
        ]

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings, or ``None`` where every rule held."""
        order = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        found = {f.severity for f in self.rows}
        return next((s for s in order if s in found), None)
