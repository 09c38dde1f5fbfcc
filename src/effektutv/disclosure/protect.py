"""Results in, protected results out: the only door to release, and it fails closed.

Every cell of the report is entered into the ledger, with every sum that ties cells together; the ledger decides which are hidden
(:mod:`.ledger`, :mod:`.complement`) and is audited (:mod:`.audit`). Then each kind of result has taken out of it what the ledger
hides, and what a rule of the profile hides by itself:

- of an effect that touches a hidden cell that arm's share and both adjusted means, the estimate, its error, statistic, p and
  interval, and the interaction of that subgroup in that contrast (:mod:`.effects`);
- in the flow and the balance table small counts (also as a difference of two stages) with their complements;
- numbers of persons that differ by a few from others or that the flow hides, what tells them in other tables and in notes, and
  the precision that would give them away (:mod:`.rounded`, :mod:`.notes`);
- what the extracts say of persons (:mod:`.quality`), and the test of all characteristics beside a hidden one;
- means, medians and estimates of too few, and sums that a few may dominate (:mod:`.rules`).

One cell has one decision in every table, on both clocks and under every estimator. What an attacker could still do stands in
``docs/disclosure.md``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.results.names import MISSING, said
from effektutv.study import FIRST_MONTH_IN_WORK
from effektutv.values import Status, Suppressed, Unavailable

from .attrition import collect_attrition, hide_attrition, protect_attrition
from .cells import Cell, flow_cell, left_cell, persons_cell, started_cell
from .close import close
from .contamination import protect_contamination, protect_power
from .curves import protect_times
from .field_policy import check_shapes
from .ledger import Ledger
from .magnitude_rules import balance_rule, quantile_rule
from .policy import policy_of
from .protected import _SEAL, Decision, Protected, ReportInputs, Role
from .quality import protect_quality
from .randomization import protect_randomization
from .ratios import protect_ratios
from .receipt import collect_receipts, protect_compliance
from .received import collect_received, collect_shares, decide_received, protect_received, protect_shares
from .release_all import release_all
from .rules import collect_effects
from .rules.bounds import collect_survey, protect_survey
from .rules.credibility import shown_credibility
from .rules.effects import Rows, banded_effects, banded_rows
from .rules.notes import counts_persons, safe_note
from .rules.rounding import blurred, decimals, hides_persons, round_fields, round_p
from .rules.survival_counts import collect_times, decide_times, tracks_of
from .sites import apart_rows, protect_site_variation, site_rows
from .statements import link_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from effektutv.results.balance import Balance, BalanceRow, Omnibus
    from effektutv.results.counts import CountRow, Counts, StartRow, Starts
    from effektutv.results.data_quality import DataQuality
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.effects import Effects
    from effektutv.results.flow import Flow, FlowStage
    from effektutv.results.profiles import Profile
    from effektutv.results.randomization import RandomizationTest
    from effektutv.results.time_to_event import TimeToEvent
    from effektutv.study import Study

    from .rules.survival_counts import Curves

__all__ = ["protect"]

_TOUCHED = "touches a suppressed cell"
_REDRAWN = ("estimate", "std_error", "null_sd", "mc_error", "conf_low", "conf_high")
_TOTAL = "a note that tells a number of persons, of whom some arm's or level's is hidden"
_UNSTATED = "not stated: so much is hidden that reasons would tell too much"
_CURVES = "the profile releases no time-to-event results"


def protect(inputs: ReportInputs) -> Protected[ReportInputs]:
    """Protect everything that one report is made of, in one call, under the study's profile.

    Returns
    -------
    Protected of ReportInputs
        The same parts, each row with its status; what may not be shown is ``Suppressed``.

    Raises
    ------
    DisclosureError
        If the profile is unknown or does not fit the study, or if something cannot be checked or protected: nothing may
        be released then.
    """
    check_shapes(inputs)
    study, policy = inputs.study, policy_of(inputs.study.disclosure)
    if policy.releases_all:
        if study.table is None:
            raise DisclosureError(
                f"the profile {policy.name!r} is for tables whose records are public; register extracts are not: "
                "choose another profile in [disclosure]"
            )
        return Protected(release_all(inputs), policy, (), _SEAL)
    inputs = replace(inputs, sites=apart_rows(site_rows(inputs.sites), study), entry=apart_rows(inputs.entry, study))
    section = study.disclosure
    ledger = _ledger(
        inputs, Ledger(policy=policy, optimal=section.complements == "optimal", node_limit=section.node_limit)
    )
    curves = decide_times(ledger, study, inputs.times, _every_effect(inputs))
    hide_attrition(ledger, study, inputs.attrition, curves)
    lost = blurred(ledger, inputs.surveys, _sizes(inputs))
    rows = Rows(ledger=ledger, study=study, blurred=lost, thinned=_thinned(study, curves), decisions={})
    apply = _Apply(ledger, study, rows, curves)
    value = _applied(inputs, apply)
    told = (d for c in curves for d in c.decisions)
    decided = (*ledger.hidden.values(), *ledger.thin.values(), *told, *lost.decisions, *rows.decisions)
    decisions = tuple(
        sorted((*decided, *apply.withheld), key=lambda d: (d.table, d.cell, d.rule, d.margin, d.count_band))
    )
    return Protected(value, policy, _without_reasons(decisions) if ledger.silent else decisions, _SEAL)


def _without_reasons(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions of a silent log: each cell once, by name, for the order in which they were made is a reason too."""
    names = sorted({(d.table, d.cell) for d in decisions})
    return tuple(
        Decision(table=table, cell=cell, rule=_UNSTATED, role=Role.UNSTATED, count_band="not stated")
        for table, cell in names
    )


def _applied(inputs: ReportInputs, apply: _Apply) -> ReportInputs:
    """Return every part as decided, each by its name: check_shapes has refused a part that is not among them."""
    ledger, study, lost = apply.ledger, apply.study, apply.rows.blurred
    effects = tuple(apply.effects(e) for e in inputs.effects)
    return ReportInputs(
        study=study,
        effects=effects,
        robustness=tuple(apply.effects(e) for e in inputs.robustness),
        ratios=tuple(protect_ratios(r, effects, ledger.policy, apply.notes) for r in inputs.ratios),
        adjusted=inputs.adjusted and apply.effects(inputs.adjusted),
        profiles=tuple(apply.profile(p) for p in inputs.profiles),
        kinds=tuple(apply.counts(c) for c in inputs.kinds),
        sources=tuple(apply.counts(c) for c in inputs.sources),
        starts=inputs.starts and apply.starts(inputs.starts),
        flow=inputs.flow and apply.flow(inputs.flow),
        balance=inputs.balance and apply.balance(inputs.balance),
        quality=inputs.quality and apply.quality(inputs.quality),
        contamination=inputs.contamination
        and protect_contamination(inputs.contamination, ledger, study, apply.notes, lost),
        times=apply.all_times(inputs.times),
        surveys=tuple(protect_survey(s, ledger, apply.effects, apply.notes, lost) for s in inputs.surveys),
        attrition=tuple(protect_attrition(b, ledger, apply.effects, apply.notes, lost) for b in inputs.attrition),
        compliance=inputs.compliance and protect_compliance(inputs.compliance, ledger, apply.notes, lost),
        power=inputs.power and protect_power(inputs.power, ledger, study, apply.notes),
        power_curve=inputs.power_curve and protect_power(inputs.power_curve, ledger, study, apply.notes),
        received=inputs.received and protect_received(inputs.received, ledger, apply.notes),
        turned_thirty=inputs.turned_thirty and protect_shares(inputs.turned_thirty, ledger, apply.notes),
        entry=inputs.entry and apply.effects(inputs.entry),
        sites=inputs.sites and apply.effects(inputs.sites),
        site_variation=inputs.site_variation and protect_site_variation(inputs.site_variation, ledger, apply.notes),
        randomization=inputs.randomization
        and apply.without_lost(protect_randomization(inputs.randomization, ledger, apply.notes)),
        notes=tuple(apply.notes(inputs.notes)),
    )


def _thinned(study: Study, curves: Iterable[Curves]) -> frozenset[tuple[str, str]]:
    """Return outcomes that are first months, with the arms whose curve leaves months out."""
    firsts = [o.name for o in study.outcomes if o.state == FIRST_MONTH_IN_WORK]
    arms = {t.arm for c in curves for t in c.tracks if len(c.positions(t, "events")) < len(t.times)}
    return frozenset((name, arm) for name in firsts for arm in arms)


def _every_effect(inputs: ReportInputs) -> Iterator[EffectRow]:
    """Yield every row of effects in the report but the surveys'."""
    apart = (e for e in (inputs.adjusted, inputs.entry, inputs.sites) if e is not None)
    for effects in (*inputs.effects, *inputs.robustness, *(p.effects for p in inputs.profiles), *apart):
        yield from effects.rows


def _sizes(inputs: ReportInputs) -> dict[str, int]:
    """Return the most persons of each arm that any table shows: the arm's size, as far as a reader can tell."""
    pairs: list[tuple[str, object]] = [
        (a, n) for s in (inputs.flow.rows if inputs.flow else ()) for a, n in s.by_arm.items()
    ]
    pairs += [(r.arm, r.n) for r in (inputs.starts.rows if inputs.starts else ())]
    pairs += [(r.arm, r.n) for p in inputs.profiles for r in p.rows]
    pairs += [(r.arm, r.n) for r in (inputs.compliance.receipt.rows if inputs.compliance else ())]
    pairs += [(r.arm, r.n) for t in inputs.times for r in t.risk]
    responses = (r for s in inputs.surveys for r in s.response.rows)
    for row in (*_every_effect(inputs), *responses):
        pairs += [(row.arm, row.n_arm), (row.control, row.n_control)]
    for line in inputs.balance.rows if inputs.balance else ():
        pairs += [(line.arm, line.n_arm), (line.control, line.n_control)]
    sizes: dict[str, int] = {}
    for arm, n in pairs:
        if isinstance(n, int):
            sizes[arm] = max(n, sizes.get(arm, 0))
    return sizes


def _ledger(inputs: ReportInputs, ledger: Ledger) -> Ledger:
    """Enter every table of the report, and close."""
    study = inputs.study
    collect_effects.collect_effects(ledger, study, _every_effect(inputs))
    for profile in inputs.profiles:
        collect_effects.collect_arms(ledger, study, profile.rows)
    for counts in (*inputs.kinds, *inputs.sources):
        collect_effects.collect_counts(ledger, study, counts.rows)
    if inputs.balance is not None:
        collect_effects.collect_balance(ledger, study, inputs.balance)
    for survey in inputs.surveys:
        collect_survey(ledger, study, survey)
    collect_attrition(ledger, study, inputs.attrition)
    collect_effects.link_outcomes(ledger, study)
    link_statements(ledger, inputs.robustness, inputs.sources)
    collect_times(ledger, inputs.times, _sizes(inputs))
    if inputs.starts is not None:
        collect_effects.collect_starts(ledger, inputs.starts, inputs.flow)
    if inputs.compliance is not None:
        collect_receipts(ledger, inputs.compliance, inputs.starts)
    if inputs.received is not None:
        collect_received(ledger, study, inputs.received, inputs.compliance, inputs.starts)
    if inputs.turned_thirty is not None:
        collect_shares(ledger, inputs.turned_thirty)
    if inputs.flow is not None:
        collect_effects.collect_flow(ledger, inputs.flow)
    close(ledger)
    decide_received(ledger, inputs.received)
    return ledger


def _coarse(balance: Balance) -> Omnibus:
    """Return the test of all characteristics beside hidden ones: p-values in hundredths, and none of one or two alone.

    Of one characteristic the statistic is a function of its shares, of two of theirs and of the crossed ones, which may be
    shown as a subgroup; of more it rests on how they go together, which no table shows.
    """
    gone, test = Suppressed(_TOUCHED), balance.omnibus
    if len({r.covariate for r in balance.rows}) > 2:
        return replace(test, statistic=gone, **round_p(test, ("p_value", "p_randomization")))  # type: ignore[arg-type]
    return replace(test, statistic=gone, df=gone, p_value=gone, p_randomization=gone, mc_error=gone)


class _Apply:
    """Takes out of each result what the closed ledger hides."""

    def __init__(self, ledger: Ledger, study: Study, rows: Rows, curves: Sequence[Curves]) -> None:
        self.ledger = ledger
        self.study = study
        self.rows = rows
        self.curves = curves
        self.withheld: list[Decision] = []

    # -------------------------------------------------------------------------------------------- effects, profiles

    def effects(self, effects: Effects) -> Effects:
        """Return the effects with every row decided."""
        rows = tuple(self.rows.effect(row) for row in effects.rows)
        credibility = effects.credibility
        if credibility is not None:
            credibility, decisions = shown_credibility(credibility, rows)
            self.withheld += decisions
        notes = tuple(self.notes(effects.notes, totals=not hides_persons(rows)))
        return replace(effects, rows=rows, notes=notes, credibility=credibility)

    def profile(self, profile: Profile) -> Profile:
        """Return the profile with every month and arm decided."""
        effects = self.effects(profile.effects)
        return replace(
            profile,
            rows=tuple(banded_rows([self.rows.summary(r) for r in profile.rows], self.ledger.policy.band_step)),
            effects=effects,
            bands=replace(
                profile.bands, rows=banded_effects(profile.bands.rows, effects, self.ledger.policy.band_step)
            ),
        )

    # -------------------------------------------------------------------------------------- quality, counts, starts

    def quality(self, quality: DataQuality) -> DataQuality:
        """Return what was found in the extracts, without counts that tell a few persons."""
        found, decisions = protect_quality(quality, self.ledger, self.curves)
        self.withheld += decisions
        return found

    def counts(self, counts: Counts) -> Counts:
        """Return the categories with every cell decided."""
        rows = tuple(self._category(row) for row in counts.rows)
        return replace(counts, rows=rows, notes=tuple(self.notes(counts.notes)))

    def _category(self, row: CountRow) -> CountRow:
        if row.n == 0:
            return replace(row, status=Status.UNAVAILABLE)
        if not self.ledger.is_hidden(collect_effects.category_cell(self.study, row)):
            return replace(row, status=Status.RELEASED)
        gone = Suppressed(_TOUCHED)
        small = isinstance(row.n, int) and self.ledger.policy.small(row.n)
        return replace(row, n=gone if small else row.n, events=gone, share=gone, status=Status.SUPPRESSED)

    def starts(self, starts: Starts) -> Starts:
        """Return the start by arm with every arm decided."""
        rows = tuple(self._start(row) for row in starts.rows)
        return replace(starts, rows=rows, notes=tuple(self.notes(starts.notes)))

    def _start(self, row: StartRow) -> StartRow:
        gone, policy = Suppressed(_TOUCHED), self.ledger.policy
        counted = not isinstance(row.started, Unavailable)
        hidden = counted and self.ledger.is_hidden(started_cell(row.arm))
        few = isinstance(row.started, int) and policy.small(row.started)
        changes: dict[str, object] = {"started": gone, "share": gone} if hidden else {}
        if few or quantile_rule(policy, row.started):
            changes["median_delay"] = gone
        elif hidden:
            # half a day would say that an even number started
            changes |= round_fields(row, ("median_delay",), 0)
        if isinstance(row.n, int) and policy.small(row.n):
            changes["n"] = gone
        plain = Status.RELEASED if counted else Status.UNAVAILABLE
        status = Status.SUPPRESSED if changes else plain
        return replace(row, status=status, **changes)  # type: ignore[arg-type]

    # ----------------------------------------------------------------------------------------------- flow, balance

    def flow(self, flow: Flow) -> Flow:
        """Return the flow with every box decided."""
        return replace(flow, rows=tuple(self._stage(stage) for stage in flow.rows))

    def _stage(self, stage: FlowStage) -> FlowStage:
        gone = Suppressed(_TOUCHED)
        is_hidden = self.ledger.is_hidden
        by_arm = {a: gone if is_hidden(flow_cell(stage.name, a)) else n for a, n in stage.by_arm.items()}
        n = gone if is_hidden(flow_cell(stage.name)) else stage.n
        excluded = gone if is_hidden(left_cell(stage.name)) else stage.excluded
        taken = any(isinstance(v, Suppressed) for v in (n, excluded, *by_arm.values()))
        status = Status.SUPPRESSED if taken else Status.RELEASED
        return replace(stage, n=n, excluded=excluded, by_arm=by_arm, status=status)

    def balance(self, balance: Balance) -> Balance:
        """Return the balance table with every row decided."""
        hidden = {
            (row.covariate, row.level, row.kind)
            for row in balance.rows
            for arm in (row.arm, row.control)
            if row.kind != "continuous" and self.ledger.is_hidden(collect_effects.level_cell(self.study, row, arm))
        }
        few = {
            (r.covariate, r.level, r.kind)
            for r in balance.rows
            if any(self._few_known(n) for n in (r.n_arm, r.n_control))
        }
        rows = tuple(self._balance_row(row, hidden | few) for row in balance.rows)
        notes = tuple(self.notes(balance.notes, totals=not hides_persons(rows)))
        # a share may be hidden in one arm while the others' stand: the test would be an equation in it
        secret = any(
            isinstance(v, Suppressed) for r in rows for v in (r.n_arm, r.n_control, r.mean_arm, r.mean_control)
        )
        omnibus = _coarse(balance) if secret else balance.omnibus
        return replace(balance, rows=rows, notes=notes, omnibus=omnibus)

    def _few_known(self, n: object) -> bool:
        return isinstance(n, int) and self.ledger.policy.small(n)

    def _balance_row(self, row: BalanceRow, maxima_away: set[tuple[str, str, str]]) -> BalanceRow:
        gone = Suppressed(_TOUCHED)
        changes: dict[str, object] = {}
        pairs = (("arm", row.arm, row.n_arm), ("control", row.control, row.n_control))
        for name, arm, n in pairs:
            unknown = persons_cell(arm, row.covariate, MISSING)
            if unknown in self.ledger.hidden and row.kind != "missing":
                changes.update({f"n_{name}": gone, f"n_missing_{name}": gone})
            share_away = row.kind != "continuous" and self.ledger.is_hidden(
                collect_effects.level_cell(self.study, row, arm)
            )
            if share_away or self._few_known(n):
                changes.update({f"mean_{name}": gone, f"sd_{name}": gone})
                changes.update(dict.fromkeys(("difference", "smd", "smd_weighted", "variance_ratio"), gone), note="")
        if rule := balance_rule(self.ledger.policy, row):
            names = ("mean_arm", "mean_control", "sd_arm", "sd_control", "difference", "smd", "smd_weighted", "smd_max")
            changes.update(dict.fromkeys((*names, "variance_ratio"), Suppressed(rule)), note="")
        unknown_n = [n for name, _, n in pairs if f"n_{name}" in changes]
        if unknown_n:
            # at full precision a share would give the number of persons away
            names = ("mean_arm", "mean_control", "sd_arm", "sd_control", "difference", "smd", "smd_weighted", "smd_max")
            rough = round_fields(row, (*names, "variance_ratio"), min(decimals(n) for n in unknown_n))
            changes = {**rough, **changes}
        # the largest of the pairs may be a hidden pair's
        if (row.covariate, row.level, row.kind) in maxima_away:
            changes["smd_max"] = gone
        status = Status.SUPPRESSED if changes else Status.RELEASED
        if not changes and isinstance(row.smd, Unavailable):
            status = Status.UNAVAILABLE
        note = str(changes.pop("note", safe_note(row.note, self.ledger.policy) or ""))
        return replace(row, status=status, note=note, **changes)  # type: ignore[arg-type]

    # -------------------------------------------------------------------------------------------- tests by redrawing

    def without_lost(self, test: RandomizationTest) -> RandomizationTest:
        """Return a test without numbers of persons that differ by a few from others, rounded where one of them is hidden."""
        rows, rough = [], set()
        for row in test.rows:
            pairs = (("n_arm", row.arm, row.n_arm), ("n_control", row.control, row.n_control))
            lost = {
                name: n
                for name, arm, n in pairs
                if self.rows.blurred.has(Cell("outcome", row.outcome, row.month, arm), row.clock, n)
            }
            if not lost:
                rows.append(row)
                continue
            rough.add((row.arm, row.control))
            shown = round_fields(row, _REDRAWN, min(decimals(n) for n in lost.values()))
            shown |= round_p(row, ["p_randomization"])
            gone = dict.fromkeys((*lost, "statistic"), Suppressed(_TOUCHED))
            rows.append(replace(row, status=Status.SUPPRESSED, **shown, **gone))  # type: ignore[arg-type]
        # the steps of a share as drawn are those of its number of persons
        kept = tuple(d for d in test.distribution if (d.arm, d.control) not in rough)
        notes = tuple(n for n in test.notes if not (hides_persons(rows) and counts_persons(n)))
        return replace(test, rows=tuple(rows), distribution=kept, notes=notes)

    # -------------------------------------------------------------------------------------------------------- times

    def all_times(self, results: Iterable[TimeToEvent]) -> tuple[TimeToEvent, ...]:
        """Return the times to events that the profile lets out at all."""
        if self.ledger.policy.curves:
            return tuple(self.times(t) for t in results)
        self.withheld += [
            Decision(table="times", cell=t.risk[0].outcome, rule=_CURVES, role=Role.PRIMARY, count_band="not stated")
            for t in results
            if t.risk
        ]
        return ()

    def times(self, result: TimeToEvent) -> TimeToEvent:
        """Return a time to event made from the counts that may be shown."""
        first = tracks_of(result)[0]
        mine = next(c for c in self.curves if (c.tracks[0].outcome, c.tracks[0].times) == (first.outcome, first.times))
        # how many were left out in all, less the arms that are shown, is the arm that is not
        secret = any(mine.sizes.get((t.clock, t.arm)) != t.n for t in mine.tracks)
        notes = tuple(self.notes(n for n in result.notes if not (secret and re.search(r"\d", n))))
        return protect_times(replace(result, notes=notes), mine, self.ledger.policy)

    # -------------------------------------------------------------------------------------------------------- notes

    def notes(self, notes: Iterable[str], *, totals: bool = True) -> Iterator[str]:
        """Yield the notes that may be shown; those that say of how few they are about are withheld and logged.

        So are those that say how many persons they are about in all, where one of these numbers is hidden: in the same
        table (``totals`` is False then), or in some level of a characteristic that the note names.
        """
        policy = self.ledger.policy
        for note in notes:
            if safe_note(note, policy) is None:
                rule, role, band = (
                    f"a note that tells a count of 1 to {policy.threshold - 1}",
                    Role.PRIMARY,
                    policy.band,
                )
            elif counts_persons(note) and (not totals or self._names_hidden(note)):
                rule, role, band = _TOTAL, Role.COMPLEMENTARY, "not stated"
            else:
                yield note
                continue
            decision = Decision(table="notes", cell="a table note", rule=rule, role=role, count_band=band)
            if decision not in self.withheld:
                self.withheld.append(decision)

    def _names_hidden(self, note: str) -> bool:
        """Return whether a note names a characteristic of which the persons in some level are hidden."""
        groups = {c.group for c in self.ledger.hidden if c.table == "persons"}
        return any(re.search(rf"(?<!\w){re.escape(said(g))}(?!\w)", note) for g in groups)
