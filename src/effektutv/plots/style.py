"""Signatures first; the drawing follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ArmStyle", "arm_styles", "save"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStyle:
    """One arm's look."""

    colour: str
    line: str
    marker: str
    label: str


def arm_styles(arms: Mapping[str, str] | Sequence[str], control: str) -> dict[str, ArmStyle]:
    """Return each arm's style."""
    raise NotImplementedError


def save(fig: Figure, stem: Path) -> tuple[Path, Path]:
    """Write ``stem.svg`` and ``stem.png``."""
    raise NotImplementedError
