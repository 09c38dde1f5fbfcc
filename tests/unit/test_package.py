"""The package's face: light to import, every public name there, none of them hidden by a room of the same name."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import effektutv as eu
from effektutv.commands import run

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "duckdb",
    "pyarrow",
    "pydantic",
    "statsmodels",
    "linearmodels",
    "rich",
}


def loaded_after(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_nothing_heavy():
    assert not loaded_after("import effektutv") & HEAVY


def test_a_run_checks_its_arguments_before_any_library_is_loaded():
    # numpy reads SOURCE_DATE_EPOCH itself, and the extracts are read while the libraries that estimate are still loading
    assert not loaded_after("import effektutv.commands.run") & {"numpy", "scipy", "pandas", "matplotlib", "duckdb"}


def test_an_estimate_does_not_pay_for_what_it_does_not_use():
    code = (
        "import pandas as pd, effektutv as eu\n"
        "eu.itt(pd.DataFrame({'y': [0., 1, 1, 0], 'a': ['t', 't', 'c', 'c']}), outcome='y', arm='a', control='c')"
    )
    assert not loaded_after(code) & {"statsmodels", "linearmodels", "matplotlib", "duckdb"}


@pytest.mark.parametrize("name", eu.__all__)
def test_public_names_are_there(name):
    assert getattr(eu, name) is not None


def test_no_room_bears_the_name_of_a_function():
    # importing such a room would put it in the function's place
    assert not set(eu.__all__) & {m.name for m in pkgutil.iter_modules(eu.__path__)}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        eu.nothing  # noqa: B018


def test_dir_lists_the_public_names():
    assert set(dir(eu)) == set(eu.__all__)


def imported(path: Path) -> set[str]:
    """The packages that a file imports, anywhere in it."""
    found = [
        n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    names = [a.name for n in found if isinstance(n, ast.Import) for a in n.names]
    names += [n.module or "" for n in found if isinstance(n, ast.ImportFrom) and not n.level]
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("src", ["trials", "odbc", "spark"]), ("tests", ["trials", "odbc", "spark", "notebook", "test"])],
)
def test_every_package_that_is_imported_is_declared(folder, extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *(r for e in extras for r in project["optional-dependencies"][e])]
    declared = {re.match(r"[\w-]+", r)[0] for r in listed}
    called = {
        "docx": "python-docx",
        "fontTools": "fonttools",
        "PIL": "pillow",
        "arrow_odbc": "arrow-odbc",
        "py4j": "pyspark",
    }
    files = sorted((ROOT / folder).rglob("*.py"))
    found = {name for path in files for name in imported(path)} - sys.stdlib_module_names
    found -= {path.stem for path in files} | {"effektutv"}
    assert len(found) > 10
    assert {called.get(name, name) for name in found} - declared == set()


def test_the_manifest_has_the_version_of_everything_that_makes_the_report():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.match(r"[\w-]+", r)[0] for r in project["dependencies"]}
    # the command line's own, and what comes with jinja2, change nothing in a report
    assert set(run._VERSIONED) == declared - {"rich", "typer", "markupsafe"}


def test_no_test_imports_what_several_folders_have():
    # which of them is found would depend on what was collected before
    names = [path.stem for path in (ROOT / "tests").rglob("*.py")]
    ambiguous = {name for name in names if names.count(name) > 1} - {"__init__"}
    assert "conftest" in ambiguous
    for path in (ROOT / "tests").rglob("*.py"):
        assert not imported(path) & ambiguous, path.name
