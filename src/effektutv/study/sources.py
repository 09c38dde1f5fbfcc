"""Which registers the outcomes are made of: what a study must have for each, and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model_variables import SURVEY

if TYPE_CHECKING:
    from .model import StudyModel
    from .model_variables import Outcome

__all__ = ["SOURCES", "registers_lacking"]

#: The registers without which a state cannot be known (those that the study has of each group).
SOURCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "work": (("af_sokandekategori",), ("scb_ku", "scb_agi")),
    "work_with_support": (("af_sokandekategori",),),
    "work_other_subsidised": (("af_sokandekategori",),),
    "work_regular": (("af_sokandekategori",), ("scb_ku", "scb_agi")),
    "studies": (("studier",),),
    "benefit": (("fk_ersattning",),),
    "active": (),
}


def registers_lacking(study: StudyModel, outcome: Outcome) -> tuple[tuple[str, ...], ...]:
    """Return the registers without which an outcome cannot be known and that the study does not have.

    Returns
    -------
    tuple of tuple of str
        Groups of which the study has none; one register of each group is enough.
    """
    if outcome.item is not None:
        groups: tuple[tuple[str, ...], ...] = ((SURVEY,),)
    else:
        groups = SOURCES[outcome.month_state] if outcome.month_state is not None else ()
    return tuple(group for group in groups if not {*group} & {*study.registers})
