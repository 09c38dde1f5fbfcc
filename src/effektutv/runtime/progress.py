"""How far long work is: what steps tell whoever shows it.

A step is told once, as it begins. How far it is within the step is asked, by whoever shows it and as often as is shown, so that
work that nobody watches spends nothing on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["Display", "Far", "Look", "Progress", "silent", "watched"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """How far work is at a moment.

    Parameters
    ----------
    share : float
        Of the whole work, 0 to 1: what the time left is reckoned from.
    done, of : int, or None
        How many of how many, of what is counted now; None where that is not known.
    unit : str
        What is counted, e.g. ``"rows"``.
    """

    share: float
    done: int | None = None
    of: int | None = None
    unit: str = "rows"


Look = Callable[[], Far | None]


@runtime_checkable
class Display(Protocol):
    """Something that shows steps, and asks how far they are."""

    def __call__(self, step: str) -> None:
        """Show that a step begins.

        Parameters
        ----------
        step : str
            Its key.
        """
        ...

    def watch(self, look: Look | None) -> None:
        """Ask this from now on how far the work is; nothing more where None.

        Parameters
        ----------
        look : callable, or None
            It may be called from another thread, at any time.
        """
        ...


def watched(progress: Progress, look: Look | None) -> bool:
    """Let a display ask how far work is; return whether anybody does.

    Parameters
    ----------
    progress : callable
        What is told the steps: a display, or any function.
    look : callable, or None
        See :meth:`Display.watch`.
    """
    if not isinstance(progress, Display):
        return False
    progress.watch(look)
    return True


def silent(step: str) -> None:
    """Show nothing.

    Parameters
    ----------
    step : str
        The step that begins.
    """
