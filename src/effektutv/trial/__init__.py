"""The participants and the questions one may ask of them.

``base`` the table and its outcomes; ``effects`` what the arms did; ``description`` who takes part and what is known
of them; ``services_received`` what each arm received; ``sensitivity`` the main effect by another source and by site;
``beyond`` time to work, survey outcomes, receipt of programmes and power.
"""

from __future__ import annotations

from .beyond import FurtherQuestions
from .description import Descriptions
from .effects import EffectQuestions
from .sensitivity import Sensitivities
from .services_received import Deliveries

__all__ = ["Trial"]


class Trial(EffectQuestions, Descriptions, Deliveries, Sensitivities, FurtherQuestions):
    """One row a participant, checked and linked, and the questions that the study asks.

    Made by :func:`effektutv.load`. It never shows a person: its ``repr`` has counts by arm only.

    Parameters
    ----------
    study : Study
        The study.
    cohort : Cohort
        The participants.
    """
