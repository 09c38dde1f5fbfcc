"""The second evaluator, and the extracts of the default demonstration as it reads them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


def load_evaluator():
    """The evaluator beside this file: test folders are not packages, so it is loaded by its path."""
    name = "synthetic_evaluator"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("evaluator.py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def evaluator():
    return load_evaluator()


@pytest.fixture(scope="session")
def extracts(demo):
    return load_evaluator().Extracts(demo)
