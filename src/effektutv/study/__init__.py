"""The study file: what ``study.toml`` says, as frozen typed models.

A study is either built from register extracts (``[registers]``) or read from one plain table that holds a row a person
(``[table]``). Everything that can change an estimate stands in the file; nothing is taken from hidden configuration.

``model_sections`` how the trial was done and where the data are; ``consort_items`` the items of the CONSORT checklist;
``model_variables`` covariates, outcomes, subgroups; ``sources`` the registers that outcomes are made of; ``model`` all of
it together; ``cross_references`` what one part says of another; ``parse`` the file, with the line of every mistake; ``load``
the study itself, read and checked; ``plan_lock`` the plan and its lock.
"""

from __future__ import annotations

from .consort_items import CONSORT_ITEMS
from .load import Study
from .model_sections import (
    Arm,
    Benefit,
    Codes,
    Database,
    Design,
    Disclosure,
    Dominance,
    Identity,
    OwnProfile,
    Plan,
    Received,
    Register,
    Resources,
    Table,
    Text,
    TimeZero,
    Work,
)
from .model_variables import FIRST_MONTH_IN_WORK, MONTHS_IN_WORK, SURVEY, Covariate, Level, Outcome, Subgroup
from .sources import SOURCES, registers_lacking

__all__ = [
    "CONSORT_ITEMS",
    "FIRST_MONTH_IN_WORK",
    "MONTHS_IN_WORK",
    "SOURCES",
    "SURVEY",
    "Arm",
    "Benefit",
    "Codes",
    "Covariate",
    "Database",
    "Design",
    "Disclosure",
    "Dominance",
    "Identity",
    "Level",
    "Outcome",
    "OwnProfile",
    "Plan",
    "Received",
    "Register",
    "Resources",
    "Study",
    "Subgroup",
    "Table",
    "Text",
    "TimeZero",
    "Work",
    "registers_lacking",
]
