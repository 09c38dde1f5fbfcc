"""How credible an effect by subgroup is: the items of ICEMAN, each with its answer and what the answer rests on.

Source: Schandelmaier, S. et al. (2020), Development of the Instrument to assess the Credibility of Effect Modification
Analyses (ICEMAN) in randomized controlled trials and meta-analyses, CMAJ 192:E901, the version for randomised trials.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .names import Name
from .tabular import Tabular

__all__ = ["Credibility", "CredibilityRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredibilityRow:
    """One item for one subgroup in one contrast.

    Parameters
    ----------
    outcome : str
    clock : str
    month : int or None
    arm, control : str
    subgroup : str or tuple of str
        The covariate, or the covariates of a cross.
    item : str
        ``direction`` (was the direction stated beforehand and is it the one found), ``prior_evidence``, ``chance`` (does
        the interaction's p-value make chance unlikely), ``number`` (few modifiers, or corrected for their number),
        ``cut_points`` (arbitrary cut points of a continuous modifier avoided) or ``overall``.
    answer : str
        ``definitely_reduced``, ``probably_reduced``, ``probably_increased``, ``definitely_increased``, ``unclear`` or
        ``not_applicable``; for ``overall`` the instrument's rating, ``very_low``, ``low``, ``moderate`` or ``high``, and
        ``not_applicable`` where the interaction's p-value is above 0.1 or there is none: the instrument is for apparent
        modification only.
    evidence : str
        A key of what the answer rests on, for the report to put into words.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    subgroup: Name = field(metadata={"name": True})
    item: str
    answer: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credibility(Tabular):
    """The items of ICEMAN for every subgroup of a result.

    Parameters
    ----------
    rows : tuple of CredibilityRow
    protocol : bool
        Whether the subgroups stood in a plan that was locked before outcomes were seen.
    """

    rows: tuple[CredibilityRow, ...]
    protocol: bool = False

    @classmethod
    def _row_type(cls) -> type[CredibilityRow]:
        return CredibilityRow
