"""Fixtures that several suites share: the demonstration extracts and the trial built from them."""

from __future__ import annotations

import pytest

import effektutv as eu
from effektutv.synthetic.extracts import write_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The folder of the default demonstration, with a smaller population around it. Do not change it."""
    folder = tmp_path_factory.mktemp("demonstration") / "demo"
    write_demo(folder, population=2000)
    return folder


@pytest.fixture(scope="session")
def trial(demo):
    """The trial built from the demonstration."""
    return eu.load(demo / "study.toml")
