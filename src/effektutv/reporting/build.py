"""The report as data, and its writing: sections, tables, figures and sentences first, then every format from them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from effektutv import i18n

from .model.document import Banner, Document
from .sections.about import about_section
from .sections.compliance import compliance_section
from .sections.consort import consort_section
from .sections.data_quality import quality_section
from .sections.limits import limits_section
from .sections.method import method_section
from .sections.months import months_section
from .sections.outcomes import effects_section, key_figures, kinds_section, subgroups_section, summary_section
from .sections.people import balance_section, people_section
from .sections.power import power_section
from .sections.received import received_section
from .sections.robustness import robustness_section
from .sections.surveys import survey_section
from .sections.times import time_section
from .wording.labels import Context
from .wording.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from effektutv.disclosure.protected import Protected, ReportInputs
    from effektutv.i18n import Lang
    from effektutv.runtime.worker_process import Beside

    from .model.document import Facts

__all__ = ["build", "write", "write_office"]


def build(inputs: Protected[ReportInputs], *, lang: Lang, facts: Facts) -> Document:
    """Lay out a report.

    Parameters
    ----------
    inputs : Protected of ReportInputs
        What the run found, through disclosure control.
    lang : {"sv", "en"}
    facts : Facts
    """
    locked = facts.plan is not None and facts.plan.before_outcomes
    ctx = Context.of(inputs, Words(lang), locked=locked)
    key_title, numbers = key_figures(ctx)
    sections = (
        summary_section(ctx),
        people_section(ctx),
        balance_section(ctx),
        received_section(ctx),
        effects_section(ctx),
        robustness_section(ctx),
        kinds_section(ctx),
        months_section(ctx),
        time_section(ctx),
        subgroups_section(ctx),
        compliance_section(ctx),
        survey_section(ctx),
        power_section(ctx),
        quality_section(ctx),
        limits_section(ctx),
        method_section(ctx, facts),
        about_section(ctx, facts),
    )
    kept = [s for s in sections if s is not None]
    study = ctx.study
    return Document(
        lang=ctx.words.lang,
        title=study.study.title.in_language(lang),
        byline=_byline(ctx),
        colophon=ctx.words("colophon", version=facts.version, study=study.sha256[:12]),
        banners=_banners(ctx),
        key_title=key_title,
        key_figures=numbers,
        sections=(*kept, consort_section(ctx, kept)),
        inputs=inputs,
        facts=facts,
    )


def _byline(ctx: Context) -> str:
    study = ctx.study.study
    arms = i18n.join([ctx.labels.arm_full(a) for a in ctx.arms], ctx.words.lang)
    dated = study.data_date or (ctx.inputs.value.quality.delivered if ctx.inputs.value.quality else None)
    parts = [arms]
    if dated is not None:
        parts.append(ctx.words("byline", date=i18n.date_text(dated, ctx.words.lang)))
    return ". ".join(parts) + "."


def _banners(ctx: Context) -> tuple[Banner, ...]:
    keys = ["synthetic"] if ctx.study.study.synthetic else []
    keys += [] if ctx.inputs.policy.cleared else ["uncleared"]
    return tuple(Banner(key=k, title=ctx.words(f"{k}_title"), text=ctx.words(f"{k}_text")) for k in keys)


def write(
    document: Document, folder: Path, *, progress: Callable[[str], None] | None = None, beside: Beside | None = None
) -> dict[str, float]:
    """Write the report in every format, with ``tables/``, ``figures/``, ``disclosure.csv`` and ``manifest.json``.

    Parameters
    ----------
    document : Document
    folder : Path
        An existing, empty folder; the caller renames it into place.
    progress : callable, optional
        Called with the key of each step as it begins: ``"figures"``, ``"tables"``, ``"html"``, ``"pdf"``, ``"docx"``,
        ``"xlsx"``, ``"manifest"``.
    beside : Beside, optional
        A second process that draws some of the figures and writes the office files; it is ended when this returns or raises.

    Returns
    -------
    dict of str to float
        Seconds by step.
    """
    from .figures.render import write_figures
    from .formats.html import write as html
    from .formats.pdf import write as pdf
    from .provenance import manifest, readme
    from .tables import csv_tables
    from .tables.csv_file import write_csv

    steps: dict[str, float] = {}

    def begin(step: str) -> None:
        steps[step] = 0.0
        if progress is not None:
            progress(step)

    def timed(step: str, work: Callable[[], None]) -> None:
        begin(step)
        began = perf_counter()
        work()
        steps[step] = perf_counter() - began

    def write_tables() -> None:
        (folder / "tables").mkdir()
        for name, (columns, rows) in csv_tables.csv_tables(document.inputs).items():
            write_csv(folder / "tables" / f"{name}.csv", columns, rows)
        write_csv(folder / "disclosure.csv", *csv_tables.decisions_table(document.inputs))

    try:
        timed("figures", lambda: write_figures(document, folder, beside))
        # the PDF's compiler leaves the interpreter to others while it works, here or over there
        with ThreadPoolExecutor(max_workers=1) as thread:
            office = partial(write_office, document, folder.absolute())
            written = thread.submit(office).result if beside is None else beside.ahead(office)
            timed("tables", write_tables)
            timed("html", lambda: html.write(document, folder))
            timed("pdf", lambda: pdf.write(document, folder))
            begin("docx")
            begin("xlsx")
            steps.update(written())
    finally:
        # ended before anybody may take the folder away under it
        if beside is not None:
            beside.close()
    timed("readme", lambda: readme.write(document, folder))
    if progress is not None:
        progress("manifest")
    manifest.write(document, folder, steps, beside)
    return steps


def write_office(document: Document, folder: Path) -> dict[str, float]:
    """Write ``report.docx`` and ``tables.xlsx``, and return the seconds of each.

    Parameters
    ----------
    document : Document
    folder : Path
        The figures are there already.
    """
    from .formats.excel import write as workbook
    from .formats.word import write as word

    began = perf_counter()
    word.write(document, folder)
    between = perf_counter()
    workbook.write(document, folder)
    return {"docx": between - began, "xlsx": perf_counter() - between}
