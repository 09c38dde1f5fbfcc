"""Every figure that the tests draw, by fixture."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from effektutv import i18n
from effektutv.plots import bounds, consort_flow, estimators, forest, love, sites

if TYPE_CHECKING:
    from figure_cases import Case

# with importlib mode no test folder is on the path
sys.path.insert(0, str(Path(__file__).parent))

# ---------------------------------------------------------------------------------------------------------------- all


def cases() -> list[Case]:
    """Every case in both languages."""
    from figure_cases import MAKERS
    from figure_cases_further import FURTHER

    return [case for lang in i18n.LANGUAGES for maker in (*MAKERS, *FURTHER) for case in maker(lang)]


#: Fixture → which cases it runs over.
CHOSEN: dict[str, Callable[[Case], bool]] = {
    "case": lambda c: True,
    "row_case": lambda c: c.module in {forest, love, estimators, bounds, sites},
    "flow_case": lambda c: c.module is consort_flow,
    "swedish_case": lambda c: c.lang == "sv",
    "normal_case": lambda c: c.name.endswith("normal"),
    "hidden_case": lambda c: (
        c.name.rpartition("_")[2] in {"suppressed", "gone"}
        and c.name.split("_")[0] in {"profile", "forest", "love", "survival", "estimators", "sites"}
    ),
}


def named(name: str, lang: str = "sv") -> Case:
    """One case by name."""
    return next(c for c in cases() if (c.name, c.lang) == (name, lang))


@pytest.fixture
def every_case() -> Callable[[], list[Case]]:
    return cases


@pytest.fixture
def case_named() -> Callable[..., Case]:
    return named


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture in set(CHOSEN) & set(metafunc.fixturenames):
        every = [c for c in cases() if CHOSEN[fixture](c)]
        metafunc.parametrize(fixture, every, ids=[f"{c.name}-{c.lang}" for c in every])
