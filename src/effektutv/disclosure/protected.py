"""What a run hands over to release, and the sealed wrapper that only disclosure control can make."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from effektutv.errors import DisclosureError

if TYPE_CHECKING:
    from effektutv.results.balance import Balance
    from effektutv.results.bounds import Bounds
    from effektutv.results.compliance import ComplierEffects
    from effektutv.results.contamination import Contamination
    from effektutv.results.counts import Counts, Starts
    from effektutv.results.data_quality import DataQuality
    from effektutv.results.effects import Effects
    from effektutv.results.flow import Flow
    from effektutv.results.power import Power
    from effektutv.results.profiles import Profile
    from effektutv.results.randomization import RandomizationTest
    from effektutv.results.ratios import Ratios
    from effektutv.results.services_received import Received, Shares
    from effektutv.results.site_heterogeneity import SiteVariation
    from effektutv.results.survey import SurveyOutcome
    from effektutv.results.time_to_event import TimeToEvent
    from effektutv.study import Study

    from .policy import Policy

__all__ = ["Decision", "Protected", "ReportInputs", "Role"]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInputs:
    """Everything that one report is made of, protected in one call so that one table cannot undo another.

    A part that the study does not have is left empty and its section falls away.

    Parameters
    ----------
    study : Study
        Labels, months, clocks and the disclosure profile.
    effects : tuple of Effects
        Every effect of the run: all outcomes at their month, on every clock, everyone and by subgroup with interaction
        rows. Each row says its outcome, clock, month, subgroup and level itself, so that the order is free.
    flow, balance, starts, quality
        Participant flow, baseline balance, start of the intervention by arm, and what was found in the extracts.
    profiles : tuple of Profile
        Month by month; several outcomes and clocks, in one profile or in several.
    kinds, sources : tuple of Counts
        Kinds of work, and the sources that know of the work, by arm.
    robustness : tuple of Effects
        The primary outcome under other estimators.
    ratios : tuple of Ratios
        Risk and odds ratios of every 0/1 outcome for everyone, beside its differences, on the study's clock.
    adjusted : Effects or None
        The primary outcome adjusted for the prognostic covariates of the plan; None where the study names none.
    contamination : Contamination or None
        Whose effects are in the coefficients of one regression of all arms.
    times : tuple of TimeToEvent
        Time to first work, a result a clock.
    surveys : tuple of SurveyOutcome
        Items of the participants' survey.
    attrition : tuple of Bounds
        On the primary outcome, where those who had died or left the country count as unknown; empty where the study has no
        register of them.
    compliance : ComplierEffects or None
        The effect of the programme received, with receipt of every programme by arm.
    power : Power or None
        What the trial could detect, from what was planned.
    power_curve : Power or None
        The same over a range of sample sizes, for a figure: of the plan alone.
    received : Received or None
        What each arm received: hours by actor, programmes, drop-outs.
    turned_thirty : Shares or None
        Who turned 30 by the month of the outcome on the benefit, which ends there.
    entry : Effects or None
        The primary outcome by half-year of entry.
    sites : Effects or None
        The primary outcome's main contrast, for everyone and by site.
    site_variation : SiteVariation or None
        How much the effects vary between municipalities.
    randomization : RandomizationTest or None
        The main contrast's redrawn statistic, with its distribution.
    notes : tuple of str
        Further notes for the method section.
    """

    study: Study
    effects: tuple[Effects, ...]
    flow: Flow | None = None
    balance: Balance | None = None
    profiles: tuple[Profile, ...] = ()
    kinds: tuple[Counts, ...] = ()
    sources: tuple[Counts, ...] = ()
    starts: Starts | None = None
    quality: DataQuality | None = None
    robustness: tuple[Effects, ...] = ()
    ratios: tuple[Ratios, ...] = ()
    adjusted: Effects | None = None
    contamination: Contamination | None = None
    times: tuple[TimeToEvent, ...] = ()
    surveys: tuple[SurveyOutcome, ...] = ()
    attrition: tuple[Bounds, ...] = ()
    compliance: ComplierEffects | None = None
    power: Power | None = None
    power_curve: Power | None = None
    received: Received | None = None
    turned_thirty: Shares | None = None
    entry: Effects | None = None
    sites: Effects | None = None
    site_variation: SiteVariation | None = None
    randomization: RandomizationTest | None = None
    notes: tuple[str, ...] = ()


class Role(StrEnum):
    """Why a cell is suppressed: for itself, or so that another cannot be had by subtraction; or the log does not say."""

    PRIMARY = "primary"
    COMPLEMENTARY = "complementary"
    UNSTATED = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One cell that is not shown, and why. The count itself is never in it, only its band.

    Parameters
    ----------
    table : str
        What is counted: ``outcome``, ``persons``, ``flow``, ``starts``, ``receipts``, ``received``, ``hours``, ``times``; or
        where a row stands that goes by a rule of its own: ``effects``, ``credibility``, ``notes``, ``data_quality``.
    cell : str
        The cell, by its keys only.
    rule : str
        The rule that took it.
    role : Role
    count_band : str
        ``"1 to 4"`` or ``"not stated"``: what the rule itself gives away, and nothing more.
    margin : str
        Of a complement, the sum that it was needed in and the cell that it covers there; else ``""``.
    """

    table: str
    cell: str
    rule: str
    role: Role
    count_band: str
    margin: str = ""


#: Only modules of this package hold the seal; ``report`` cannot make a :class:`Protected`.
_SEAL = object()


@dataclass(frozen=True, slots=True)
class Protected(Generic[T_co]):
    """A value that has passed disclosure control. Only :mod:`effektutv.disclosure.protect` can make one.

    Parameters
    ----------
    value : T
        The protected value.
    policy : Policy
        The profile it was protected under.
    decisions : tuple of Decision
        Each cell that was taken out, and why; in a silent log without the why, and in the order of their names.
    """

    value: T_co
    policy: Policy
    decisions: tuple[Decision, ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise DisclosureError(
                "only disclosure control can make a protected result: call disclosure.suppress.protect"
            )

    @property
    def silent(self) -> bool:
        """Whether the log names what is hidden and not why, because so much is hidden that reasons would tell too much."""
        return any(d.role is Role.UNSTATED for d in self.decisions)
