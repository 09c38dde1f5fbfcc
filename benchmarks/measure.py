"""What every benchmark uses: the same work by several sides in turn, and one line of the table for each comparison."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One comparison: ours beside a peer, in the same unit, and the goal that the ratio (or ours alone) is held to."""

    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    goal: float | None = None
    absolute: bool = False

    @property
    def ratio(self) -> float | None:
        return None if not self.theirs else self.ours / self.theirs

    def cells(self) -> tuple[str, ...]:
        held = self.ours if self.absolute else self.ratio
        goal = "" if self.goal is None else f"{self.goal:g} {self.unit}" if self.absolute else f"{self.goal:g}"
        met = "" if self.goal is None or held is None else "yes" if held <= self.goal else "NO"
        theirs = "" if self.theirs is None else f"{self.theirs:,.4g}"
        ratio = "" if self.ratio is None else f"{self.ratio:.3f}"
        return self.what, f"{self.ours:,.4g} {self.unit}", self.peer, theirs, ratio, goal, met


HEAD = ("what", "effektutv", "beside", "that", "ratio", "goal", "met")


def table(lines: list[Line]) -> str:
    """Return the lines as one Markdown table, columns aligned."""
    rows = [HEAD, *(line.cells() for line in lines)]
    width = [max(len(row[j]) for row in rows) for j in range(len(HEAD))]
    text = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, width, strict=True)) + " |" for row in rows]
    text.insert(1, "|" + "|".join("-" * (w + 2) for w in width) + "|")
    return "\n".join(text)


def cpu_seconds(sides: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return each side's least processor time; the sides take turns, so that a slow moment of the machine meets all."""
    best = dict.fromkeys(sides, float("inf"))
    for f in sides.values():
        f()
    for _ in range(repeats):
        for name, f in sides.items():
            begin = time.process_time_ns()
            f()
            best[name] = min(best[name], (time.process_time_ns() - begin) / 1e9)
    return best


def in_fresh_process(module: str, *arguments: str) -> dict[str, float]:
    """Return the numbers that a benchmark, run as a program of its own, prints as JSON on its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    numbers: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def in_fresh_program(program: str) -> float:
    """Return the number that a program, given as text, prints on its last line."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])
