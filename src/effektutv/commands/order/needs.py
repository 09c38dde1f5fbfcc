"""What a study needs of each register: the columns that an estimate or a check uses, each with why, and nothing else.

It follows what reads the registers: :mod:`effektutv.cohort.baseline` for covariates, :mod:`~effektutv.cohort.outcome_values` for
states, :mod:`~effektutv.cohort.services_received` and :mod:`~effektutv.cohort.programme_receipt` for what was received,
:mod:`~effektutv.cohort.linkage` for who takes part. A test delivers the ordered columns and years alone and gets the same
participants, months and answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from effektutv.cohort.outcome_values import SOURCES
from effektutv.registers.schema.table_schema import PERSON, ExtractSchema, Field, load_schema
from effektutv.study import SURVEY, Study

from .periods import Period, Window, period_of

__all__ = ["OWN", "RegisterNeed", "VariableNeed", "needs_of"]

#: The owner of what the project collects itself, and orders from nobody.
OWN = "projektet"

#: Whose rows are ordered. Who declined is counted in the participant flow; for those alone who take part outcomes are read.
_PARTICIPANTS = "Deltagarna"
_ASKED = "Alla tillfrågade, också de som avböjde"
_BOTH = "Deltagarna och målgruppen"
_BACKGROUND = "Bakgrund"

#: The columns that a state is made of, by register.
_STATE_COLUMNS = {
    "af_sokandekategori": ("inskadm", "utskadm", "skat"),
    "scb_ku": ("ar", "fromman", "tomman", "kontbrutto"),
    "scb_agi": ("period", "kontant_ersattning_ulag_ag"),
    "studier": ("from", "tom"),
    "fk_ersattning": ("del_from_datum", "del_tom_datum", "forman_kod"),
}
#: What is read of a register wherever the study declares it: columns, and why.
_RECEIVED = {
    "af_sokandekategori": (("inskadm", "utskadm", "skat"), "Mottagna insatser: arbetsmarknadspolitiska program"),
    "af_beslut": (("insats", "from", "tom"), "Mottagna insatser: beslut om subventionerad anställning"),
    "tidredovisning": (("manad", "aktor", "timmar"), "Mottagna insatser: timmar per aktör"),
}


#: What is received counts until the interventions' end in these, until the month of the main outcome in the others.
_UNTIL_THE_END = ("tidredovisning",)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableNeed:
    """One column that the study needs, and why.

    Parameters
    ----------
    field : Field
        Its declaration.
    reasons : tuple of str
        In Swedish, each once.
    population : str
        Of whom it is needed, in Swedish.
    """

    field: Field
    reasons: tuple[str, ...]
    population: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNeed:
    """One register that the study needs.

    Parameters
    ----------
    schema : ExtractSchema
        Its declaration.
    variables : tuple of VariableNeed
        In the declaration's order.
    period : Period
        Which rows.
    declared : bool
        Whether the study file has the register already.
    population : str
        Whose rows, in Swedish.
    """

    schema: ExtractSchema
    variables: tuple[VariableNeed, ...]
    period: Period
    declared: bool
    population: str


@dataclass(slots=True)
class _Needed:
    """Reasons by column, and what the period of a register follows from."""

    reasons: dict[str, list[str]] = field(default_factory=dict)
    uses: set[str] = field(default_factory=set)


def needs_of(study: Study, window: Window) -> tuple[RegisterNeed, ...]:
    """Return what a study needs of every register.

    Parameters
    ----------
    study : Study
        A study from registers.
    window : Window
        When participants were randomised and started, as far as it is known.

    Returns
    -------
    tuple of RegisterNeed
        By register, in the study's order; registers that it needs and does not declare come last.
    """
    needed: dict[str, _Needed] = {}

    def need(register: str, columns: tuple[str, ...], why: str, use: str) -> None:
        entry = needed.setdefault(register, _Needed())
        entry.uses.add(use)
        for column in columns:
            reasons = entry.reasons.setdefault(column.lower(), [])
            if why not in reasons:
                reasons.append(why)

    for register, columns, why, use in _uses(study):
        need(register, columns, why, use)
    order = [*study.registers, *(name for name in needed if name not in study.registers)]
    return tuple(_register(study, name, needed[name], window) for name in order if name in needed)


def _register(study: Study, name: str, needed: _Needed, window: Window) -> RegisterNeed:
    """Return one register with the columns that tie its rows to persons and days, and those without which it is refused."""
    schema = load_schema(name)
    dating = schema.dating
    dates = {c for c in (dating.start, dating.end, dating.at) if c is not None}
    variables = []
    whose = _ASKED if name == "assignment" else _PARTICIPANTS
    group = study.target_group is not None and name in study.target_group.registers
    for one in schema.fields:
        reasons = list(needed.reasons.get(one.column, ()))
        if one.column == PERSON:
            reasons = ["Nyckel: kopplar raderna till deltagaren"]
        elif not reasons and one.column in dates:
            reasons = ["Daterar raden: kontroll av omvända och överlappande perioder"]
        elif not reasons and one.required:
            reasons = ["Kontroll av leveransen: registret läses inte utan variabeln"]
        if reasons:
            # what describes people, and what rows cannot be read, tied or dated without
            described = group and (
                one.required or one.column in dates or any(r.startswith(_BACKGROUND) for r in reasons)
            )
            variables.append(VariableNeed(field=one, reasons=tuple(reasons), population=_BOTH if described else whose))
    return RegisterNeed(
        schema=schema,
        variables=tuple(variables),
        period=period_of(study, schema, needed.uses, window),
        declared=name in study.registers,
        population=f"{_BOTH}, för bakgrund; annars deltagarna" if group else whose,
    )


def _uses(study: Study) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    """Yield each use of a register: its columns, why, and what the period follows from."""
    yield from _participants(study)
    yield from _covariates(study)
    yield from _outcomes(study)
    for arm in study.arms:
        if arm.received is not None and arm.received.source == "sius":
            why = f"Mottagen insats: {arm.label.sv}"
            # told of for every arm where one arm's programme is a consultant, and for none otherwise
            for reason in (why, "Mottagna insatser: SIUS-konsulent"):
                yield "af_inskrivning", ("sius_from_datum", "sius_tom_datum"), reason, "received"
        if arm.received is not None and arm.received.source == "hours":
            yield "tidredovisning", ("manad", "aktor", "timmar"), f"Mottagen insats: {arm.label.sv}", "received"
    for register, (columns, why) in _RECEIVED.items():
        if register in study.registers:
            yield register, columns, why, "received" if register in _UNTIL_THE_END else "decided"


def _participants(study: Study) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    form = "assignment"
    yield form, ("samtycke",), "Deltagarflöde: tillfrågade och samtycken", "person"
    yield form, ("arm", "lottningsdatum"), "Deltagarflöde: lottade, insatsgrupp och tidpunkt noll", "person"
    yield form, ("insatsstart",), "Tidpunkt noll: uppföljning från egen start", "person"
    yield form, ("avhopp",), "Deltagarflöde: avhopp", "person"
    yield form, ("kommun", "projektomrade"), "Robusthet: jämförelse mellan orter", "person"
    design = study.design
    for column, why in (
        (design.strata, "Lottningen: stratum"),
        (design.cluster, "Klustrade medelfel: gemensam behandlare"),
        (design.probability, "Lottningen: känd sannolikhet för den egna insatsgruppen"),
    ):
        if column is not None:
            yield form, (column,), why, "person"


def _covariates(study: Study) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    grouped = {name for subgroup in study.subgroups for name in subgroup.by}
    for covariate in study.covariates:
        register = covariate.register_name or ""
        dating = load_schema(register).dating
        dates = tuple(c for c in (dating.start, dating.end, dating.at) if c is not None)
        kind = f"{_BACKGROUND} och undergrupp" if covariate.name in grouped else _BACKGROUND
        why = f"{kind} före lottningen: {covariate.label.sv}"
        yield register, covariate.columns, why, covariate.baseline
        yield register, dates, f"{_BACKGROUND} före lottningen: daterar uppgifterna", covariate.baseline


def _outcomes(study: Study) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    dated = False
    for outcome in study.outcomes:
        why = f"{'Huvudutfall' if outcome.name == study.primary.name else 'Utfall'}: {outcome.label.sv}"
        if outcome.item is not None:
            yield SURVEY, (outcome.item, "vag", "svarsdatum"), why, "survey"
            continue
        dated = True
        state = outcome.month_state or ""
        for group in SOURCES[state]:
            declared = [name for name in group if name in study.registers]
            for register in declared or group:
                yield register, _STATE_COLUMNS[register], why, "followed"
        if state == "active":
            yield "assignment", ("insatsstart", "avhopp"), why, "person"
    if dated and "scb_handelser" in study.registers:
        why = "Uppföljning: den som dött eller utvandrat är inte detsamma som utan arbete"
        yield "scb_handelser", ("handelse", "datum"), why, "followed"
