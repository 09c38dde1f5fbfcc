"""What a result was estimated from, kept beside it within the process."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar

from .tabular import Tabular

__all__ = ["keep", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WithSource(Tabular):
    """A result that keeps its arrays: neither shown, compared, pickled nor carried into a changed copy."""

    _source: object = field(default=None, init=False, repr=False, compare=False)

    def __init_subclass__(cls) -> None:
        # a frozen dataclass with slots gives each class a pickle of every field, unless the class has its own
        for name in ("__getstate__", "__setstate__"):
            setattr(cls, name, getattr(WithSource, name))

    def __getstate__(self) -> list[object]:
        """Return what a pickle or copy holds: everything but the arrays."""
        return [None if f.name == "_source" else getattr(self, f.name) for f in fields(self)]

    def __setstate__(self, state: list[object]) -> None:
        """Take what a pickle or copy held."""
        for f, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, f.name, value)


R = TypeVar("R", bound=WithSource)


def keep(result: R, source: object) -> R:
    """Return a result with what it was estimated from, to draw the assignment again or to fit a model.

    It stays within the process: it is no part of the result's value, repr, table or pickle, and a copy made by
    ``dataclasses.replace`` (as disclosure control makes) has none.

    Parameters
    ----------
    result : WithSource
        Just made, and known to no one else yet.
    source : object
    """
    object.__setattr__(result, "_source", source)
    return result


def kept(result: WithSource) -> object:
    """Return what :func:`keep` put beside a result, or None.

    Parameters
    ----------
    result : WithSource
    """
    return result._source
