"""Results in, protected results out."""

from __future__ import annotations

from .protected import Protected, ReportInputs

__all__ = ["protect"]


def protect(inputs: ReportInputs) -> Protected[ReportInputs]:
    """Protect everything that one report is made of, in one call, under the study's profile.

    Parameters
    ----------
    inputs : ReportInputs

    Raises
    ------
    DisclosureError
        If something cannot be protected: nothing may be released then.
    """
    raise NotImplementedError
