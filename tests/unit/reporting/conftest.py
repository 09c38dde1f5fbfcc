"""Reports with made-up numbers, written once, and the builders of their inputs."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from effektutv.disclosure.protect import protect
from effektutv.reporting.wording.labels import Context
from effektutv.reporting.wording.words import Words

# tests are imported by file, so that a module beside them is found only by its folder
sys.path.insert(0, str(Path(__file__).parent))
from report_inputs import (
    FACTS,
    MEN,
    WOMEN,
    WORK,
    by_sex,
    effect,
    everyone,
    interaction,
    table_inputs,
    trial_inputs,
    written,
)


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """The trial's report in both languages and the plain table's: folders by name."""
    out = {}
    for name, lang, make in (("sv", "sv", trial_inputs), ("en", "en", trial_inputs), ("table", "en", table_inputs)):
        base = tmp_path_factory.mktemp(name)
        written(make(base), lang, base / "out")
        out[name] = base / "out"
    return out


@pytest.fixture(scope="session")
def further_reports(tmp_path_factory):
    """Reports of everything beyond the mean difference: folders by language and whether receipt is crossed."""
    from further_inputs import further

    out = {}
    for lang in ("sv", "en"):
        for crossing in (False, True):
            base = tmp_path_factory.mktemp(f"further-{lang}-{crossing}")
            written(further(base, crossing=crossing), lang, base / "out")
            out[lang, crossing] = base / "out"
    return out


@pytest.fixture
def made(tmp_path):
    """Builders of made-up results."""

    def context(lang="sv", inputs=None):
        return Context.of(protect(inputs or trial_inputs(tmp_path)), Words(lang))

    return SimpleNamespace(
        effect=effect, interaction=interaction, everyone=everyone, by_sex=by_sex, trial=trial_inputs, table=table_inputs,
        written=written, context=context, facts=FACTS, WORK=WORK, WOMEN=WOMEN, MEN=MEN,
    )  # fmt: skip
