"""Where the shipped schemas, code lists, published figures and studies are: in the wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_folder", "studies_folder"]

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _CHECKOUT / name


def data_folder() -> Path:
    """Return the folder with ``schemas/``, ``codelists/`` and ``published/``."""
    return _folder("data")


def studies_folder() -> Path:
    """Return the folder with the study files that ship with the package."""
    return _folder("studies")
