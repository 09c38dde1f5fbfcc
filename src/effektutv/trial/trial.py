"""The trial: its questions, gathered by topic in the modules beside this one."""

from __future__ import annotations

from .compliance import Receipts
from .description import Descriptions
from .effects import EffectQuestions
from .power import Detectable
from .sensitivity import Sensitivities
from .services_received import Deliveries
from .survey import Surveys
from .time_to_event import TimesToEvent

__all__ = ["Trial"]


class Trial(EffectQuestions, Descriptions, Deliveries, Sensitivities, TimesToEvent, Surveys, Receipts, Detectable):
    """One row a participant, checked and linked, and the questions that the study asks.

    Made by :func:`effektutv.load`. It never shows a person: its ``repr`` has counts by arm only.

    Parameters
    ----------
    study : Study
        The study.
    cohort : Cohort
        The participants.
    """
