"""docs/api.md has every public function and every result: what a user can call or gets back stands there."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import effektutv as eu

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
FUNCTIONS = set(re.findall(r"autofunction:: effektutv\.([\w.]+)", PAGE))
MEMBERS = {
    module: {name.strip() for name in members.split(",")}
    for module, members in re.findall(r"automodule:: effektutv\.([\w.]+)\n   :members:([^\n]*)", PAGE)
}


@pytest.mark.parametrize(
    "module", sorted(f"api.{p.stem}" for p in (Path(eu.__file__).parent / "api").glob("[a-z]*.py"))
)
def test_every_function_of_the_doors_is_there(module):
    public = import_module(f"effektutv.{module}").__all__
    assert [n for n in public if not n.isupper() and f"{module}.{n}" not in FUNCTIONS] == []


def test_every_public_name_of_the_package_is_there():
    known = {name.rsplit(".", 1)[1] for name in FUNCTIONS} | {n for names in MEMBERS.values() for n in names}
    known |= {"Study", "Trial", "__version__"} | set(eu.errors.__all__)
    assert [name for name in eu.__all__ if name not in known] == []


@pytest.mark.parametrize("path", sorted((Path(eu.__file__).parent / "results").glob("*.py")), ids=lambda p: p.stem)
def test_every_result_type_is_there(path):
    if path.stem == "__init__":
        return
    module = import_module(f"effektutv.results.{path.stem}")
    types = [
        n
        for n in module.__all__
        if inspect.isclass(getattr(module, n)) and getattr(module, n).__module__ == module.__name__
    ]
    assert [n for n in types if n not in MEMBERS.get(f"results.{path.stem}", set())] == []


def test_what_is_there_exists():
    for name in FUNCTIONS:
        module, function = name.rsplit(".", 1)
        assert callable(getattr(import_module(f"effektutv.{module}"), function))
    for module, names in MEMBERS.items():
        for name in names - {""}:
            assert hasattr(import_module(f"effektutv.{module}"), name), f"{module}.{name}"
