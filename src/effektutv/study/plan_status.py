"""Whether a run's plan is the one that was locked before outcomes were read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["LockStatus", "PlanLock"]


class LockStatus(StrEnum):
    """``not_locked``: there is no lock. ``kept``: the plan is the locked one. ``changed``: it is not. ``altered``: the lock's
    own hash is not that of the plan written in it, so that it proves nothing."""

    NOT_LOCKED = "not_locked"
    KEPT = "kept"
    CHANGED = "changed"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLock:
    """Whether a run's plan is the one that was locked before outcomes were read.

    Parameters
    ----------
    status : LockStatus
    sha256 : str
        The run's plan's hash.
    locked_sha256 : str
        The lock's; empty where there is none.
    changed : tuple of str
        Keys of the plan that are not as in the lock, sorted, e.g. ``"outcomes.arbete.month"``.
    replaces : tuple of str
        Hashes of earlier locks that the lock replaced, the earliest first.
    locked_with : str
        The version that wrote the lock; empty where there is none.
    """

    status: LockStatus
    sha256: str
    locked_sha256: str = ""
    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    locked_with: str = ""

    @property
    def before_outcomes(self) -> bool:
        """Whether the run's plan is the only one that was ever locked: one that replaced another may have seen outcomes.

        That the lock was written before outcomes were read is its writer's word; the lock has no date.
        """
        return self.status is LockStatus.KEPT and not self.replaces
