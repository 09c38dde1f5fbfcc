"""Which package may import which. Also run by ``make lint``, so it needs nothing but Python."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "effektutv"

#: Package or module → what it may import. Each may always import itself.
ARROWS = {
    "errors": set(),
    "values": set(),
    "runtime": {"errors"},
    "i18n": {"errors"},
    "study": {"errors", "runtime", "i18n"},
    "plots": {"errors", "i18n"},
    "results": {"errors", "values", "study", "plots"},
    "registers": {"errors", "values", "runtime", "i18n", "study", "results"},
    "estimators": {"errors", "values", "results"},
    "cohort": {"errors", "values", "i18n", "study", "results", "registers"},
    "api": {"errors", "values", "i18n", "results", "estimators"},
    "disclosure": {"errors", "values", "i18n", "study", "results", "estimators"},
    "reporting": {"errors", "values", "runtime", "i18n", "study", "plots", "results", "disclosure"},
    "trial": {"errors", "values", "runtime", "study", "results", "registers", "estimators", "cohort", "api"},
    "synthetic": {"errors", "runtime", "i18n", "study", "registers"},
    "analysis": {"runtime", "results", "study", "trial", "api", "disclosure"},
    "commands": {
        "errors",
        "values",
        "runtime",
        "i18n",
        "study",
        "results",
        "registers",
        "cohort",
        "disclosure",
        "reporting",
        "trial",
        "analysis",
    },
    "cli": {"commands", "errors", "runtime", "study", "results", "synthetic"},
    "__main__": {"cli"},
    "__init__": {"errors", "values", "runtime", "study", "results", "estimators", "api", "trial", "commands"},
}


def room_of(path: Path) -> str:
    """The top folder or module that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def _is_room(name: str) -> bool:
    return (SOURCE / name).is_dir() or (SOURCE / f"{name}.py").is_file()


def imported_rooms(path: Path, root: Path = SOURCE) -> set[str]:
    """Every room that a file imports, at the top or inside a function."""
    package = path.relative_to(root).parts[:-1]
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = (node.module or "").split(".") if node.module else []
        if node.level:
            parts = [*package[: len(package) - node.level + 1], *parts]
        elif parts[0] == "effektutv":
            parts = parts[1:]
        else:
            continue
        rooms |= {parts[0]} if parts else {a.name if _is_room(a.name) else "__init__" for a in node.names}
    return rooms


def violations() -> list[str]:
    """Imports that go against the arrows, as ``file: room``."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        room = room_of(path)
        if room not in ARROWS:
            found.append(f"{path.relative_to(SOURCE)}: room {room!r} has no arrows; declare them here")
            continue
        allowed = ARROWS[room] | {room}
        found += [f"{path.relative_to(SOURCE)}: imports {r}" for r in sorted(imported_rooms(path) - allowed)]
    return found


def _module_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def imports_by_file() -> dict[str, set[str]]:
    """Which of the package's files each file imports, anywhere and for types too."""
    files = {_module_of(p): p for p in sorted(SOURCE.rglob("*.py"))}
    found: dict[str, set[str]] = {name: set() for name in files}
    for name, path in files.items():
        package = path.relative_to(SOURCE).parts[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom):
                continue
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = [*package[: len(package) - node.level + 1], *base]
            elif base[0] == "effektutv":
                base = base[1:]
            else:
                continue
            for alias in node.names:
                inner, outer = ".".join([*base, alias.name]), ".".join(base)
                found[name] |= {inner if inner in files else outer} & {*files}
        found[name].discard(name)
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Whatever can be reached from itself."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [*graph[start]]
        while ahead:
            if (one := ahead.pop()) not in seen:
                seen.add(one)
                ahead += graph[one]
        return seen

    return sorted(name for name in graph if name in reached(name))


def test_rooms_import_only_what_they_may() -> None:
    assert violations() == []


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circles(imports_by_file()) == []


def test_no_subfolders_import_each_other_in_a_circle() -> None:
    by_folder: dict[str, set[str]] = {}
    for name, imported in imports_by_file().items():
        here = name.split(".")[:-1]
        # a package's own files may be both below and above its subfolders
        if len(here) > 1:
            there = {".".join(i.split(".")[:2]) for i in imported if i.count(".") > 1 and i.split(".")[0] == here[0]}
            by_folder.setdefault(".".join(here[:2]), set()).update(there - {".".join(here[:2])})
    assert circles(by_folder) == []


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]


def test_kernels_know_no_data_frames() -> None:
    for path in sorted((SOURCE / "estimators").rglob("*.py")):
        names = {
            (n.names[0].name if isinstance(n, ast.Import) else n.module or "").split(".")[0]
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Import | ast.ImportFrom)
        }
        assert not names & {"pandas", "polars", "pyarrow", "duckdb", "statsmodels", "linearmodels"}, path.name


def test_every_way_to_import_is_seen(tmp_path: Path) -> None:
    room = tmp_path / "estimators"
    room.mkdir()
    probe = room / "probe.py"
    probe.write_text(
        "from ..registers.engines.duckdb import Engine\nfrom .. import results\nfrom .effects import fit\n"
        "def late():\n    from effektutv.cohort import build\n"
        "    from .. import __version__\n    from effektutv import i18n as language\n",
        encoding="utf-8",
    )
    assert imported_rooms(probe, tmp_path) == {
        "registers",
        "results",
        "estimators",
        "cohort",
        "i18n",
        "__init__",
    }


if __name__ == "__main__":
    problems = violations()
    sys.stderr.write("".join(f"{p}\n" for p in problems))
    sys.exit(bool(problems))
