"""``README.md`` beside a report, in the structure of the social science data editors' template: what a replicator needs.

https://social-science-data-editors.github.io/template_README/ (structure only; the words are our own).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..model.blocks import FigureBlock, TableBlock
from ..wording.plan_lock import plan_lines
from ..wording.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ..model.document import Document

__all__ = ["text", "write"]

#: The step of the program that makes what a section shows; the rest is estimated.
_STEPS = {"people": "cohort", "quality": "read", "method": "reporting", "about": "reporting"}
_ORDER = ("read", "cohort", "estimate", "disclosure", "reporting")
#: What Markdown would take for more than text.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|&~!])")


def write(document: Document, folder: Path) -> None:
    """Write ``README.md`` into a report's folder."""
    (folder / "README.md").write_text(text(document), encoding="utf-8", newline="\n")


def text(document: Document) -> str:
    """Return the README of a report: the same for the same run, without a clock."""
    words = Words(document.lang)
    parts = (
        [f"# {words('readme_title', title=_plain(document.title))}"],
        _section(words("readme_overview"), _overview(document, words)),
        _section(words("readme_data"), _data(document, words)),
        _section(words("readme_datasets"), _datasets(document, words)),
        _section(words("readme_computing"), _computing(document, words)),
        _section(words("readme_programs"), _programs(words)),
        _section(words("readme_instructions"), _instructions(document, words)),
        _section(words("readme_outputs"), _outputs(document, words)),
        _section(words("readme_references"), _references(document, words)),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *lines]


def _plain(label: str) -> str:
    """Return a label on one line, with nothing in it that Markdown reads as more than text."""
    one_line = " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in label).split())
    return _MARKUP.sub(r"\\\1", one_line)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---' for _ in heads)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _overview(document: Document, words: Words) -> Iterator[str]:
    yield words("readme_overview_text")
    for banner in document.banners:
        yield from ("", f"**{_plain(banner.title)}** {_plain(banner.text)}")
    for line in plan_lines(document.facts.plan, words):
        yield from ("", _plain(line))


def _data(document: Document, words: Words) -> Iterator[str]:
    study, policy = document.inputs.value.study, document.inputs.policy
    if study.study.synthetic:
        yield words("readme_data_synthetic")
    elif study.table is None:
        yield words("readme_data_registers")
    else:
        yield words("readme_data_table")
        if study.table.package is not None:
            yield words("readme_data_package", package=study.table.package, dataset=_plain(study.table.dataset or ""))
    if study.study.source is not None:
        yield from ("", f"{words('source')}: {_plain(study.study.source.in_language(words.lang))}.")
    cleared = words("readme_yes" if policy.cleared else "readme_no")
    yield from ("", words("readme_rights", profile=_plain(policy.name), cleared=cleared))


def _datasets(document: Document, words: Words) -> Iterator[str]:
    no = words("readme_no")
    inputs = sorted(document.facts.inputs)
    rows = [(words("readme_study_file") if name == "study" else _plain(name), no) for name in inputs]
    yield from _table((words("readme_file"), words("readme_provided")), rows)
    yield from ("", words("readme_checksums"))


def _computing(document: Document, words: Words) -> Iterator[str]:
    facts = document.facts
    yield words("readme_computing_text", seed=str(facts.seed))
    yield ""
    for name, version in {"effektutv": facts.version, **facts.versions}.items():
        yield f"- {name} {version}"


def _programs(words: Words) -> Iterator[str]:
    yield words("readme_programs_text")
    yield ""
    for i, step in enumerate(_ORDER, start=1):
        yield f"{i}. `{step}`: {words(f'readme_step_{step}')}"


def _instructions(document: Document, words: Words) -> Iterator[str]:
    facts = document.facts
    yield f"1. {words('readme_install', version=facts.version)}"
    yield f"2. {words('readme_place', study=document.inputs.value.study.sha256)}"
    yield f"3. {words('readme_run')}"
    yield ""
    yield f"       effektutv run study.toml --out out --lang {words.lang} --seed {facts.seed}"
    yield ""
    yield f"4. {words('readme_compare')}"


def _outputs(document: Document, words: Words) -> Iterator[str]:
    """List the report's tables and figures, each with its file and its step, in the order of the report."""
    rows = []
    numbers = {"figure_n": 0, "table_n": 0}
    for section in document.sections:
        step = f"`{_STEPS.get(section.key, 'estimate')}`"
        for block in section.blocks:
            if isinstance(block, FigureBlock):
                kind, title, file = "figure_n", block.title, f"figures/{block.key}.svg"
            elif isinstance(block, TableBlock):
                kind, title, file = "table_n", block.caption, block.file
            else:
                continue
            numbers[kind] += 1
            named = words(kind, n=str(numbers[kind]), title=_plain(title))
            rows.append((named, f"`{file}`" if file else words("readme_text_only"), step))
    return _table((words("readme_output"), words("readme_file"), words("readme_step")), rows)


def _references(document: Document, words: Words) -> Iterator[str]:
    source = document.inputs.value.study.study.source
    if source is not None:
        yield f"- {_plain(source.in_language(words.lang))}"
    yield f"- effektutv {document.facts.version}"
    yield f"- {words('readme_template')}"
