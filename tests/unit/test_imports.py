"""The house's arrows: which room may know which. Also run by ``make lint``, so it needs nothing but Python."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "effektutv"

BASE = {
    "errors",
    "resources",
    "language",
    "toml_lines",
    "study",
    "results",
    "columns",
    "roles",
    "machine",
    "beside",
    "temporary",
    "progress",
}

#: Room → the rooms it may import. A room may always import itself.
ARROWS = {
    "errors": set(),
    "version": set(),
    "resources": set(),
    "machine": set(),
    "temporary": set(),
    "progress": set(),
    "display": {"progress"},
    "beside": {"machine"},
    "toml_lines": set(),
    "language": {"errors"},
    "columns": {"errors", "estimate", "language"},
    "study": {"errors", "language", "toml_lines"},
    "results": {"errors", "plots", "language", "witness"},
    "witness": set(),
    "plots": {"errors", "language"},
    "registers": {"errors", "resources", "language", "study", "results", "temporary", "machine", "progress"},
    "cohort": {"errors", "language", "study", "results", "registers"},
    "synthetic": {"errors", "progress", "folders", "resources", "language", "study", "registers"},
    "estimate": {"errors", "results"},
    "disclosure": {"errors", "language", "study", "results", "estimate"},
    "reporting": {"errors", "language", "study", "results", "plots", "disclosure", "resources", "machine", "beside"},
    "roles": {"errors", "results", "estimate"},
    "assigned": {"errors", "results", "estimate", "columns"},
    "further": {"errors", "results", "estimate", "columns", "assigned", "roles", "missing"},
    "missing": {"errors", "results", "estimate", "columns", "assigned", "roles"},
    "frames": {"errors", "results", "estimate", "columns", "assigned", "roles", "balancing", "between_sites", "pooled"},
    "between_sites": {"errors", "results", "estimate", "columns", "assigned", "roles"},
    "balancing": {"errors", "results", "estimate", "columns", "assigned", "roles"},
    "pooled": {"errors", "results", "estimate", "columns", "assigned", "roles"},
    "randomised": {"errors", "results", "estimate", "columns", "assigned", "roles"},
    "multiplicity": {"errors", "results", "estimate", "assigned"},
    "trial": {
        "errors",
        "study",
        "results",
        "frames",
        "further",
        "randomised",
        "cohort",
        "assigned",
        "estimate",
        "witness",
        "columns",
    },
    "folders": {"errors", "temporary"},
    "pipeline": {
        "version",
        "progress",
        "beside",
        "machine",
        "plan",
        "folders",
        "errors",
        "study",
        "results",
        "trial",
        "analysis",
        "registers",
        "cohort",
        "disclosure",
        "reporting",
    },
    "analysis": {"results", "study", "trial", "multiplicity", "cohort", "disclosure", "beside"},
    "published": {"errors", "language", "resources", "results", "study", "disclosure"},
    "plan": {"errors", "folders", "results", "study", "version"},
    "reproducing": {
        "analysis",
        "folders",
        "results",
        "study",
        "disclosure",
        "pipeline",
        "published",
        "reporting",
        "trial",
    },
    "drafting": {"errors", "folders", "resources", "toml_lines", "study", "registers", "cohort"},
    "ordering": {"errors", "folders", "language", "study", "registers", "cohort", "reporting"},
    "checking": {"errors", "folders", "pipeline", "reporting", "results", "study", "version"},
    "__main__": {"cli"},
    "cli": {
        "version",
        "checking",
        "display",
        "drafting",
        "ordering",
        "errors",
        "folders",
        "machine",
        "results",
        "pipeline",
        "plan",
        "published",
        "reproducing",
        "synthetic",
    },
    "__init__": {
        "version",
        "errors",
        "results",
        "study",
        "frames",
        "further",
        "randomised",
        "multiplicity",
        "trial",
        "pipeline",
        "reproducing",
    },
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


def test_rooms_import_only_what_they_may() -> None:
    assert violations() == []


def test_kernels_know_no_data_frames() -> None:
    for path in sorted((SOURCE / "estimate").glob("*.py")):
        names = {
            (n.names[0].name if isinstance(n, ast.Import) else n.module or "").split(".")[0]
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Import | ast.ImportFrom)
        }
        assert not names & {"pandas", "polars", "pyarrow", "duckdb", "statsmodels", "linearmodels"}, path.name


def test_every_way_to_import_is_seen(tmp_path: Path) -> None:
    room = tmp_path / "estimate"
    room.mkdir()
    probe = room / "probe.py"
    probe.write_text(
        "from ..registers.engine import Engine\nfrom .. import results\nfrom .linear import fit\n"
        "def late():\n    from effektutv.cohort import build\n"
        "    from .. import __version__\n    from effektutv import language\n",
        encoding="utf-8",
    )
    assert imported_rooms(probe, tmp_path) == {
        "registers",
        "results",
        "estimate",
        "cohort",
        "language",
        "__init__",
    }


if __name__ == "__main__":
    problems = violations()
    sys.stderr.write("".join(f"{p}\n" for p in problems))
    sys.exit(bool(problems))
