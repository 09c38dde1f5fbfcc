"""Time the steps of a run."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from .progress import watched

if TYPE_CHECKING:
    from .process import Taken
    from .progress import Look, Progress

__all__ = ["Clocked"]


class Clocked:
    """What a run takes, for the manifest: seconds by step (each call ends the one before), and what the engine took.

    Parameters
    ----------
    progress : callable, optional
        Called with each step's key as it begins.
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self.steps: dict[str, float] = {}
        self.taken: Taken | None = None
        self._progress = progress
        self._began = perf_counter()
        self._step = ""

    def __call__(self, step: str) -> None:
        """Begin a step.

        Parameters
        ----------
        step : str
            The step's key.
        """
        self.stop()
        self._step = step
        if self._progress is not None:
            self._progress(step)

    def watch(self, look: Look | None) -> None:
        """Let whoever shows the steps ask how far one is.

        Parameters
        ----------
        look : callable, or None
            See :class:`~effektutv.runtime.progress.Display`.
        """
        if self._progress is not None:
            watched(self._progress, look)

    def stop(self) -> None:
        """End the step under way."""
        now = perf_counter()
        if self._step:
            self.steps[self._step] = self.steps.get(self._step, 0.0) + now - self._began
        self._began, self._step = now, ""
