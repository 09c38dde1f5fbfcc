"""Values to places on the page, and round numbers for an axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Linear", "nice_ticks"]


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight map from values to points on the page.

    Parameters
    ----------
    low, high : float
        Two values; equal ones are taken a unit apart.
    start, end : float
        Where they lie.
    """

    low: float
    high: float
    start: float
    end: float

    @property
    def _slope(self) -> float:
        return (self.end - self.start) / ((self.high - self.low) or 1.0)

    def __call__(self, x: float) -> float:
        """Return where a value lies."""
        return self.start + (x - self.low) * self._slope

    def back(self, place: float) -> float:
        """Return the value that lies at a place."""
        return self.low + (place - self.start) / self._slope

    def length(self, span: float) -> float:
        """Return how many points a difference of values takes."""
        return abs(span * self._slope)


def nice_ticks(low: float, high: float, most: int = 6) -> tuple[list[float], int]:
    """Return round numbers that reach from at or below ``low`` to at or above ``high``, and the decimals they need.

    Parameters
    ----------
    low, high : float
        ``low`` is below ``high``.
    most : int, default 6
        Steps at most.
    """
    span = high - low
    power = math.floor(math.log10(span / most))
    for exponent in (power, power + 1):
        for lead in (1, 2, 5):
            step = lead * 10.0**exponent
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            if last - first <= most:
                return [k * lead * 10.0**exponent for k in range(first, last + 1)], max(0, -exponent)
    raise AssertionError("a step of ten times the span always fits")
