"""What a report says of its plan: whether it is the one that was locked before outcomes were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.study.plan_status import LockStatus

if TYPE_CHECKING:
    from effektutv.study.plan_status import PlanLock

    from .words import Words

__all__ = ["plan_lines"]


def plan_lines(plan: PlanLock | None, words: Words) -> tuple[str, ...]:
    """Return the sentences on the plan; none where nothing is known of it."""
    if plan is None:
        return ()
    said = words(
        f"plan_{plan.status}",
        plan=plan.sha256,
        locked=plan.locked_sha256,
        changed=", ".join(plan.changed),
    )
    if plan.replaces and plan.status is not LockStatus.ALTERED:
        return (said, words("plan_replaces", earlier=", ".join(plan.replaces)))
    return (said,)
