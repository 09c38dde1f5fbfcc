"""The manifest: what a report was made of, by what, and what came out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from effektutv.runtime.process import peak_memory_mib
from effektutv.values import SUPPRESSION_MARK

from ..sections.second_estimation import manifest_block

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from effektutv.runtime.worker_process import Beside

    from ..model.document import Document

__all__ = ["write"]


def write(document: Document, folder: Path, steps: Mapping[str, float], beside: Beside | None = None) -> None:
    """Write ``manifest.json``; everything else must be written already. Only its ``runtime`` block differs between runs.

    Parameters
    ----------
    document : Document
    folder : Path
    steps : mapping of str to float
        Seconds by step of the report.
    beside : Beside, optional
        The second process; its work is done, and it is ended.
    """
    facts, value = document.facts, document.inputs.value
    study = value.study
    decisions = document.inputs.decisions
    content = {
        "effektutv": facts.version,
        "versions": dict(facts.versions),
        "language": document.lang,
        "engine": facts.engine,
        "seed": facts.seed,
        "study": {"name": study.study.name, "sha256": study.sha256, "synthetic": study.study.synthetic},
        "plan": _plan(document),
        "inputs": dict(sorted(facts.inputs.items())),
        "flow": _flow(document),
        "disclosure": {
            "profile": document.inputs.policy.name,
            "cleared_for_publication": document.inputs.policy.cleared,
            "log": "disclosure.csv",
            "suppressed": len(decisions),
            "by_rule": dict(sorted(Counter(f"{d.table}: {d.role}: {d.rule}" for d in decisions).items())),
        },
        "cross_check": manifest_block(facts.cross_check),
        "outputs": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
        "runtime": _runtime(document, steps, beside),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")


def _runtime(document: Document, steps: Mapping[str, float], beside: Beside | None) -> dict[str, object]:
    """Return what the run took: all that may differ between two runs of the same."""
    facts = document.facts
    taken = None if facts.taken is None else asdict(facts.taken)
    return {
        "seconds": {name: round(s, 3) for name, s in {**facts.steps, **steps}.items()},
        "peak_memory_mib": peak_memory_mib(),
        "second_process_peak_memory_mib": None if beside is None else beside.peak_memory_mib,
        "engine": taken,
    }


def _plan(document: Document) -> dict[str, object]:
    """Return the plan's hash, and whether the plan is the locked one; empty where nothing is known of it."""
    plan = document.facts.plan
    if plan is None:
        return {}
    return {
        "sha256": plan.sha256,
        "lock": str(plan.status),
        "locked_sha256": plan.locked_sha256,
        "locked_with": plan.locked_with,
        "changed": list(plan.changed),
        "replaces": list(plan.replaces),
    }


def _flow(document: Document) -> list[dict[str, object]]:
    """Return the counts by stage, as protected as in the report."""
    flow = document.inputs.value.flow
    if flow is None:
        return []

    def shown(count: object) -> object:
        return count if isinstance(count, int) else SUPPRESSION_MARK

    return [
        {
            "stage": stage.name,
            "n": shown(stage.n),
            "excluded": shown(stage.excluded),
            "by_arm": {arm: shown(n) for arm, n in stage.by_arm.items()},
        }
        for stage in flow.rows
    ]
