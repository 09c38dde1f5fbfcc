"""Fixtures that several suites share: the demonstration extracts and the trial built from them."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

import effektutv as eu
from effektutv.synthetic.extracts import write_demo

# the same examples in every run, so that a red run can be had again; HYPOTHESIS_PROFILE=explore looks for new ones
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# a shell lets what it starts in the background ignore interruptions, and so would every process that a test starts
signal.signal(signal.SIGINT, signal.default_int_handler)

# a date for the files' making is set where a test is about it, and nowhere else: CI runs with one
os.environ.pop("SOURCE_DATE_EPOCH", None)


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
