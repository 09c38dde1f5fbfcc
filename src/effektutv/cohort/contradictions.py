"""What cannot be true together: half a draw, and orders of days that cannot be, within a register and across them.

Each rule counts the participants' rows that break it. What makes a person's arm, day or life impossible is an error; what may
be right but decides outcomes is a warning; what the build has a stated rule for is a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from effektutv.registers.checks.run_checks import code_condition
from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, DatedBy, ExtractSchema, load_codelist, load_schema
from effektutv.registers.sources.open_extract import Extract
from effektutv.results.data_quality import Finding, Severity
from effektutv.study import Study

from .known_spans import EVENTS, PAY, SOURCES, spans_of
from .linkage import PARTICIPANTS

__all__ = ["assignment_findings", "order_findings"]

#: Years at randomisation outside of which a year of birth is doubted.
_AGES = (15, 80)
#: The table of the participants' death and year of birth, where registers tell.
_LIVES = "lives"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A rule on a register's rows: the columns, what must hold, which rows are looked at, and which of them break it."""

    columns: str
    rule: str
    breaks: str
    advice: str
    checked: str = "TRUE"
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """The rules that one pass over the rows of one register looks at."""

    extract: str
    source: str
    rules: list[_Rule] = field(default_factory=list)


def assignment_findings(engine: Session, study: Study) -> Iterator[Finding]:
    """Yield what contradicts itself on the randomisation form, before anybody is linked.

    Parameters
    ----------
    engine : Session
        The session, with the opened form.
    study : Study
    """
    yield from _counted(engine, _Query(extract="assignment", source="assignment", rules=list(_form_rules(study))))


def _form_rules(study: Study) -> Iterator[_Rule]:
    consented = "samtycke = 1"
    drawn = f"{consented} AND arm IS NOT NULL AND lottningsdatum IS NOT NULL"
    yield _Rule(
        columns="arm, lottningsdatum",
        rule="both or neither: arm and day of randomisation",
        checked=consented,
        breaks="(arm IS NULL) <> (lottningsdatum IS NULL)",
        advice="whoever was randomised has both, and everyone randomised is to be included: ask for the one that is missing",
        severity=Severity.ERROR,
    )
    yield _Rule(
        columns="samtycke, arm, lottningsdatum",
        rule="no arm and no day of randomisation without consent",
        checked="samtycke = 0",
        breaks="arm IS NOT NULL OR lottningsdatum IS NOT NULL",
        advice="the person is left out: whoever withdrew after the draw was randomised and must stay; ask when consent was given",
    )
    yield _Rule(
        columns="insatsstart, avhopp",
        rule="no start and no drop-out of whoever was not randomised",
        checked=f"{consented} AND arm IS NULL AND lottningsdatum IS NULL",
        breaks="insatsstart IS NOT NULL OR avhopp IS NOT NULL",
        advice="the person is left out as not randomised: ask whether the draw is missing",
    )
    yield _Rule(
        columns="sannolikhet",
        rule="probability between 0 and 1",
        checked=f"{drawn} AND sannolikhet IS NOT NULL",
        breaks="sannolikhet <= 0 OR sannolikhet >= 1",
        advice="an arm drawn with probability 0 cannot be, and with 1 nothing was drawn; ask for the draw's probabilities",
        severity=Severity.WARNING if study.design.probability is None else Severity.ERROR,
    )
    yield _Rule(
        columns="lottningsdatum, avhopp",
        rule="order: drop-out not before randomisation",
        checked=f"{drawn} AND avhopp IS NOT NULL",
        breaks="avhopp < lottningsdatum",
        advice=_ORDER,
    )
    yield _Rule(
        columns="insatsstart, avhopp",
        rule="order: drop-out not before the start",
        checked=f"{drawn} AND avhopp IS NOT NULL AND insatsstart IS NOT NULL",
        breaks="avhopp < insatsstart",
        advice=f"{_ORDER}; until then the person is never active",
    )
    end = study.time_zero.interventions_end
    if end is not None:
        yield _Rule(
            columns="insatsstart",
            rule="order: start not after the interventions' end",
            checked=f"{drawn} AND insatsstart IS NOT NULL",
            breaks=f"insatsstart > DATE '{end}'",
            advice="ask which day is right, and see interventions_end in the study file",
        )
    states = {o.month_state for o in study.outcomes if o.month_state is not None}
    names = {name for s in states for group in SOURCES[s] for name in group} & set(study.registers)
    if names:
        spans = spans_of(study)
        last = max(spans[name].last for name in names)
        yield _Rule(
            columns="lottningsdatum",
            rule="order: randomised before the sources of outcomes end",
            checked=drawn,
            breaks=f"lottningsdatum > DATE '{last}'",
            advice="no outcome is known of these persons; check the days, and cutoff in the study file",
        )


_ORDER = "ask which of the two days is right"


def order_findings(engine: Session, study: Study, extracts: Mapping[str, Extract]) -> Iterator[Finding]:
    """Yield orders of days that cannot be, in the participants' rows of every register.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
    extracts : mapping of str to Extract
        The study's extracts.
    """
    lived = _lives(engine, extracts)
    if EVENTS in extracts:
        yield from _counted(engine, _Query(extract=EVENTS, source=_moves(), rules=_event_rules()))
    if "scb_lisa" in extracts:
        born = f"(SELECT born, other, randomisation FROM {_LIVES} WHERE born IS NOT NULL)"
        yield from _counted(engine, _Query(extract="scb_lisa", source=born, rules=_birth_rules()))
    if "tidredovisning" in extracts:
        yield from _counted(
            engine, _Query(extract="tidredovisning", source=_joined("tidredovisning"), rules=_report_rules(study))
        )
    yield from _counted(engine, _Query(extract="scb_lisa", source=quoted(PARTICIPANTS), rules=list(_year_rules(study))))
    for name, column in PAY.items():
        if name in extracts and column not in extracts[name].absent:
            yield from _counted(engine, _Query(extract=name, source=_joined(name), rules=_pay_rules(name, column)))
    if "af_sokandekategori" in extracts:
        reached = _joined("af_sokandekategori", "p.randomisation, p.start")
        yield from _counted(engine, _Query(extract="af_sokandekategori", source=reached, rules=_era_rules(study)))
    if not lived:
        return
    for name, extract in extracts.items():
        rules = list(_life_rules(extract.schema))
        if rules:
            yield from _counted(
                engine, _Query(extract=name, source=_joined(name, "p.died, p.born", _LIVES), rules=rules)
            )


def _joined(register: str, further: str = "p.randomisation", people: str = PARTICIPANTS) -> str:
    """Return the participants' rows of a register, with more of what is known of them."""
    return (
        f"(SELECT r.*, {further} FROM {quoted(register)} r JOIN {quoted(people)} p "
        f"ON p.{quoted(PERSON)} = r.{quoted(PERSON)})"
    )


def _lives(engine: Session, extracts: Mapping[str, Extract]) -> bool:
    """Make the table of each participant's first day of death and years of birth; return whether any is known."""
    parts = []
    if EVENTS in extracts:
        dead = code_condition("handelse", load_codelist("handelse"), "death")
        parts.append(f"SELECT {quoted(PERSON)}, datum AS died, CAST(NULL AS BIGINT) AS born FROM {EVENTS} WHERE {dead}")
    if "scb_lisa" in extracts:
        parts.append(f"SELECT {quoted(PERSON)}, CAST(NULL AS DATE) AS died, fodelsear AS born FROM scb_lisa")
    if not parts:
        return False
    table = engine.table(
        f"SELECT p.{quoted(PERSON)} AS {quoted(PERSON)}, min(p.randomisation) AS randomisation, min(l.died) AS died, "
        f"min(l.born) AS born, max(l.born) AS other FROM {quoted(PARTICIPANTS)} p "
        f"JOIN ({' UNION ALL '.join(parts)}) l ON l.{quoted(PERSON)} = p.{quoted(PERSON)} GROUP BY 1 ORDER BY 1",
        what="looking for deaths and years of birth",
    )
    engine.register(_LIVES, table)
    return True


def _moves() -> str:
    """Return the participants' events: with the first death, the return on the same day, the last before randomisation."""
    person = quoted(PERSON)
    back = code_condition("handelse", load_codelist("handelse"), "immigration")
    return (
        f"(SELECT r.*, p.randomisation, l.died, b.returned, h.home FROM {EVENTS} r JOIN {quoted(PARTICIPANTS)} p "
        f"ON p.{person} = r.{person} LEFT JOIN {_LIVES} l ON l.{person} = r.{person} "
        f"LEFT JOIN (SELECT DISTINCT {person}, datum, TRUE AS returned FROM {EVENTS} WHERE {back}) b "
        f"ON b.{person} = r.{person} AND b.datum = r.datum "
        f"LEFT JOIN (SELECT e.{person}, max(e.datum) AS home FROM {EVENTS} e JOIN {quoted(PARTICIPANTS)} q "
        f"ON q.{person} = e.{person} WHERE {back} AND e.datum <= q.randomisation GROUP BY 1) h ON h.{person} = r.{person})"
    )


def _event_rules() -> list[_Rule]:
    codes = load_codelist("handelse")
    dead, left = (code_condition("handelse", codes, kind) for kind in ("death", "emigration"))
    return [
        _Rule(
            columns="datum",
            rule="order: death not before randomisation",
            checked=dead,
            breaks="datum < randomisation",
            advice="nobody dead was randomised: the number or a day is wrong; ask the register's owner",
            severity=Severity.ERROR,
        ),
        _Rule(
            columns="datum",
            rule="order: no event after death",
            breaks="datum > died",
            advice="the first death counts; ask the register's owner which day is right",
        ),
        _Rule(
            columns="datum",
            rule="order: not abroad when randomised",
            checked=left,
            breaks="datum < randomisation AND (home IS NULL OR home < datum)",
            advice="whoever lived abroad then is away until she returns; ask the register's owner whether a return is missing",
        ),
        _Rule(
            columns="datum",
            rule="out and in on the same day",
            checked=left,
            breaks="returned",
            advice="whoever leaves and returns on one day, in whichever order, is not away",
            severity=Severity.NOTE,
        ),
    ]


def _birth_rules() -> list[_Rule]:
    low, high = _AGES
    age = "year(randomisation) - born"
    return [
        _Rule(
            columns="FodelseAr",
            rule="order: born before randomisation",
            breaks=f"{age} < 0",
            advice="nobody is randomised before birth: the number or a year is wrong; ask the register's owner",
            severity=Severity.ERROR,
        ),
        _Rule(
            columns="FodelseAr",
            rule=f"age at randomisation: {low} to {high}",
            breaks=f"{age} BETWEEN 0 AND {low - 1} OR {age} > {high}",
            advice="the number may be another person's; ask the register's owner",
        ),
        _Rule(
            columns="FodelseAr",
            rule="the same year of birth in every year",
            breaks="born <> other",
            advice="the number may stand for two persons; ask the register's owner",
        ),
    ]


def _report_rules(study: Study) -> list[_Rule]:
    def month(day: str) -> str:
        return f"year({day}) * 100 + month({day})"

    rules = [
        _Rule(
            columns="manad",
            rule="order: no report before the month of randomisation",
            breaks=f"TRY_CAST(manad AS BIGINT) < {month('randomisation')}",
            advice="these hours are left out: they cannot be of the programme",
            severity=Severity.NOTE,
        )
    ]
    end = study.time_zero.interventions_end
    if end is not None:
        rules.append(
            _Rule(
                columns="manad",
                rule="order: no report after the interventions' end",
                breaks=f"TRY_CAST(manad AS BIGINT) > {end.year * 100 + end.month}",
                advice="these hours are left out; check interventions_end in the study file",
                severity=Severity.NOTE,
            )
        )
    return rules


def _pay_rules(register: str, column: str) -> list[_Rule]:
    return [
        _Rule(
            columns=load_schema(register).field(column).name,
            rule="pay above 0",
            breaks=f"{column} IS NULL OR {column} <= 0",
            advice="pay is added up by person, employer and months; where nothing is left there is no month of work",
            severity=Severity.NOTE,
        )
    ]


def _year_rules(study: Study) -> Iterator[_Rule]:
    """Yield for each column that a covariate is read from, and that tells of some years only, that baselines are of these."""
    columns = {c.lower() for v in study.covariates if v.baseline == "year_before" for c in v.columns}
    for f in load_schema("scb_lisa").fields:
        if f.column in columns and f.years is not None:
            low, high = f.years
            yield _Rule(
                columns=f.name,
                rule=f"years of the column: {low} to {high}",
                breaks=f"year(randomisation) - 1 < {low} OR year(randomisation) - 1 > {high}",
                advice="the covariate is missing for whoever has another year before randomisation; take another column",
            )


def _era_rules(study: Study) -> list[_Rule]:
    """The code list is of some years, and codes are used again for something else: spells that count and began outside them."""
    schema = load_schema("af_sokandekategori")
    years = schema.field("skat").years
    if years is None:
        return []
    codes = load_codelist("skat")
    counts = code_condition(
        "skat", codes, "employment_with_support", "other_subsidised", "working_registered", day="inskadm"
    )
    far = "DATE '9999-12-31'"
    return [
        _Rule(
            columns="inskadm, skat",
            rule=f"years of the code list: {years[0]} to {years[1]}",
            checked=f"{counts} AND coalesce(utskadm, {far}) >= least(randomisation, start) AND inskadm <= "
            f"greatest(randomisation, start) + INTERVAL {study.study.horizon} MONTH",
            breaks=f"year(inskadm) < {years[0]} OR year(inskadm) > {years[1]}",
            advice="codes are used again for something else in other years; ask the register's owner what they meant on these "
            "days",
        )
    ]


def _life_rules(schema: ExtractSchema) -> Iterator[_Rule]:
    """Yield that nothing begins before birth or after death."""
    dating = schema.dating
    if dating.by is DatedBy.SPELL:
        at, year, died = quoted(dating.start or ""), f"year({quoted(dating.start or '')})", "died"
    elif dating.by in (DatedBy.YEAR, DatedBy.MONTHS):
        at = year = quoted(dating.at or "")
        died = "year(died)"
    else:
        return
    name = schema.field(dating.start if dating.by is DatedBy.SPELL and dating.start else dating.at or "").name
    yield _Rule(
        columns=name,
        rule="order: nothing before birth",
        checked=f"born IS NOT NULL AND {at} IS NOT NULL",
        breaks=f"{year} < born",
        advice="the number may be another person's; ask the register's owner",
    )
    yield _Rule(
        columns=name,
        rule="order: nothing begins after death",
        checked=f"died IS NOT NULL AND {at} IS NOT NULL",
        breaks=f"{at} > {died}",
        advice="whoever is dead is in no state; ask the register's owner whether the death or the number is wrong",
        severity=Severity.NOTE,
    )


def _counted(engine: Session, query: _Query) -> Iterator[Finding]:
    """Run a query, and yield what some row breaks."""
    if not query.rules:
        return
    counts = ", ".join(
        f"count(*) FILTER (WHERE {r.checked}), count(*) FILTER (WHERE ({r.checked}) AND ({r.breaks}))"
        for r in query.rules
    )
    found = engine.rows(
        f"SELECT {counts} FROM {query.source} AS looked_at",
        what=f"{query.extract}: looking for what cannot be true together",
    )[0]
    for number, rule in enumerate(query.rules):
        checked, failing = int(found[2 * number]), int(found[2 * number + 1])
        if failing:
            yield Finding(
                extract=query.extract,
                column=rule.columns,
                rule=rule.rule,
                rows_checked=checked,
                rows_failing=failing,
                severity=rule.severity,
                advice=rule.advice,
            )
