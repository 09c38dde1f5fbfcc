"""Fixtures that several suites share: the demonstration extracts and the trial built from them."""

from __future__ import annotations

import fcntl
import os
import signal

import pytest
from hypothesis import settings

import effektutv as eu
from effektutv.analysis import analyse
from effektutv.disclosure.protect import protect
from effektutv.reporting import build
from effektutv.reporting.model.document import Facts
from effektutv.synthetic.write_demo import write_demo

# the same examples in every run, so that a red run can be had again; HYPOTHESIS_PROFILE=explore looks for new ones
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# a shell lets what it starts in the background ignore interruptions, and so would every process that a test starts
signal.signal(signal.SIGINT, signal.default_int_handler)

# a date for the files' making is set where a test is about it, and nowhere else: CI runs with one
os.environ.pop("SOURCE_DATE_EPOCH", None)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Make a folder once for all workers of a run: the first that asks makes it, and the others wait."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    shared.mkdir(exist_ok=True)

    def made(name, make):
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def demo(made_once):
    """The folder of the default demonstration, with a smaller population around it. Do not change it."""
    return made_once("demo", lambda folder: write_demo(folder, population=2000))


@pytest.fixture(scope="session")
def trial(demo):
    """The trial built from the demonstration."""
    return eu.load(demo / "study.toml")


@pytest.fixture(scope="session")
def analysed(trial):
    """Every result of the demonstration, before disclosure control."""
    return analyse(trial)


@pytest.fixture(scope="session")
def protected(analysed):
    """Every result of the demonstration, as released."""
    return protect(analysed)


@pytest.fixture(scope="session")
def demo_document(protected):
    """The demonstration's report before it is written, by language."""
    facts = Facts(version="0", engine="duckdb", seed=1)
    return {lang: build.build(protected, lang=lang, facts=facts) for lang in ("sv", "en")}


@pytest.fixture(scope="session")
def demo_report(demo_document, made_once):
    """Return the folder of the demonstration's report in a language. Do not change it."""

    def written(lang):
        return made_once(f"report-{lang}", lambda folder: build.write(demo_document[lang], folder))

    return written
