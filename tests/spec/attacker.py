"""An attacker's program: it reads the files of a report, nothing else, and bounds every suppressed count by linear programs.

From ``tables/*.csv`` it sets up unknowns (events of an arm, in a level, at a month, on a clock; persons of a level; who started,
who received) and everything that a reader knows of them: numbers that are shown, shares times their denominators, sums of
levels, crosses, kinds and sources of work, months in work, persons by level, differences of raw shares. From
``disclosure.csv`` it knows under which rule a cell went, or, of a silent log, that it went. Nothing of the package is imported.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, lil_array

MARK = "‥"
COMPARED = ("interaction", "joint")
KINDS = ("arbete_med_stod", "annan_subventionerad", "arbete_reguljart")
WORK, MONTHS = "arbete", "manader_i_arbete"


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return None if text in ("", MARK) else float(text)


def whole(value):
    """A number of persons behind a product of a share and a denominator; None where it is not one."""
    return round(value) if abs(value - round(value)) < 1e-6 else None


class System:
    """Unknowns with bounds, equations, and sums that are at most something."""

    def __init__(self):
        self.place, self.low, self.high, self.equations, self.rows = {}, [], [], [], []

    def unknown(self, key):
        if key not in self.place:
            self.place[key] = len(self.low)
            self.low.append(0.0)
            self.high.append(np.inf)
        return self.place[key]

    def between(self, key, low, high):
        i = self.unknown(key)
        self.low[i], self.high[i] = max(self.low[i], low), min(self.high[i], high)

    def equal(self, coefficients, total, *, number=False):
        """A sum; ``number`` where it is a shown number that makes it one, not the meaning of the cells."""
        self.equations.append(({self.unknown(k): c for k, c in coefficients.items()}, total, number))

    def at_most(self, coefficients, top):
        """A sum of unknowns that a shown number bounds."""
        self.rows.append(({self.unknown(k): c for k, c in coefficients.items()}, top))


class Attack:
    """What the files of a report say."""

    def __init__(self, folder):
        self.folder = folder
        self.system = System()
        self.log = read(folder / "disclosure.csv")
        self.silent = any(row["role"] == "not stated" for row in self.log)
        self.shown = {}
        self.denominator = {}
        self.members = defaultdict(set)
        self._effects()
        self._profiles()
        self._counts()
        self._balance()
        self._arms()
        self._margins()
        self._curves()

    def tables(self, pattern):
        found = sorted((self.folder / "tables").glob(pattern))
        return [row for path in found for row in read(path)]

    # ------------------------------------------------------------------------------------------------ what is shown

    def _see(self, key, n, share, events=None):
        """Enter a sight of a cell: among n persons, a share of them."""
        outcome, clock, month, arm, group, level = key
        self.system.unknown(key)
        self.members[outcome, clock, month, arm, group].add(level)
        if n is not None and n >= self.denominator.get(key, 0):
            self.denominator[key] = int(n)
            count = events if events is not None else None if share is None else whole(share * n)
            if count is not None:
                self.shown[key] = int(count)

    def _persons(self, key, n):
        """Enter persons of a level: those of its effects, which other estimators than the main one may leave some out of."""
        self.system.unknown(key)
        self.members[key[:5]].add(key[5])
        if n is not None:
            self.shown[key] = max(int(n), self.shown.get(key, 0))

    def _effects(self):
        rows = [
            *self.tables("itt.csv"), *self.tables("subgroups.csv"), *self.tables("estimators.csv"),
            *self.tables("entry.csv"), *self.tables("sites.csv"), *self.tables("profile_*_effects.csv"),
        ]  # fmt: skip
        # the most persons first: other estimators may leave strata out
        for row in rows:
            if row["kind"] in COMPARED or row["outcome"] in (MONTHS, "manader_till_arbete", "livskvalitet"):
                continue
            for arm, n, share in (("arm", "n_arm", "share_arm"), ("control", "n_control", "share_control")):
                key = (row["outcome"], row["clock"], row["month"], row[arm], row["subgroup"], row["level"])
                self._see(key, number(row[n]), number(row[share]))
                if row["outcome"] == WORK and row["month"] == "15" and row["subgroup"] != "entry_half_year":
                    self._persons(("persons", *key[1:]), number(row[n]))
        self.means = {}
        for row in rows:
            if row["outcome"] == MONTHS and not row["subgroup"]:
                for arm, n, share in (("arm", "n_arm", "share_arm"), ("control", "n_control", "share_control")):
                    if number(row[share]) is not None and number(row[n]) is not None:
                        self.means[row["clock"], row["month"], row[arm]] = number(row[n]), number(row[share])

    def _profiles(self):
        for row in self.tables("profile_*.csv"):
            if "share" in row and "control" not in row:
                key = (row["outcome"], row["clock"], row["month"], row["arm"], "", "")
                self._see(key, number(row["n"]), number(row["share"]))

    def _counts(self):
        self.categories = defaultdict(set)
        for name in ("kinds", "sources"):
            for row in self.tables(f"{name}.csv"):
                outcome = row["category"] if name == "kinds" else f"{row['outcome']}:{row['category']}"
                key = (outcome, row["clock"], row["month"], row["arm"], "", "")
                self._see(key, number(row["n"]), number(row["share"]), number(row["events"]))
                self.categories[name, row["outcome"], row["clock"], row["month"], row["arm"]].add(key)

    def _balance(self):
        self.levels = defaultdict(set)
        self.sizes = {}
        for row in self.tables("flow.csv"):
            if row["arm"] and row["stage"] == "randomised":
                self.sizes[row["arm"]] = number(row["n"])
        for row in self.tables("balance.csv"):
            if row["kind"] == "continuous":
                continue
            for side in ("arm", "control"):
                arm, n, mean = row[side], number(row[f"n_{side}"]), number(row[f"mean_{side}"])
                level = row["level"] if row["kind"] != "binary" else "(yes)"
                key = ("persons", arm, row["covariate"], level)
                self.system.unknown(key)
                if n is not None:
                    self.system.between(key, 0, n)
                    # a characteristic of two levels stands as one row: the other level is the rest
                    self.levels[arm, row["covariate"], n].update(
                        {key} if row["kind"] in ("category", "categorical") else ()
                    )
                    if mean is not None:
                        self._level(row, key, n, mean)
        for (_, _, n), keys in self.levels.items():
            if keys:
                self.system.equal(dict.fromkeys(sorted(keys), 1.0), n)

    def _level(self, row, key, n, mean):
        """Enter a share of n persons: exact, or rounded where the number of the other arm's persons is hidden."""
        if MARK not in (row["n_arm"], row["n_control"]):
            if (k := whole(n * mean)) is not None:
                self.shown[key] = k
            return
        digits = max(len(row[f"mean_{side}"].partition(".")[2]) for side in ("arm", "control"))
        half = 0.5 * 10**-digits + 1e-9
        self.system.at_most({key: 1.0}, np.floor(n * (mean + half)))
        self.system.at_most({key: -1.0}, -np.ceil(n * (mean - half)))

    def _arms(self):
        for name, shown, what in (("starts", "started", "started"), ("receipts", "received", "received")):
            for row in self.tables(f"{name}.csv"):
                key = (what, row.get("programme", ""), row["arm"])
                self.system.between(key, 0, number(row["n"]) or np.inf)
                if number(row[shown]) is not None:
                    self.shown[key] = number(row[shown])
                # who received an arm's own programme is who started, where both numbers are shown for some arm
        for row in self.tables("flow.csv"):
            if row["arm"] and row["stage"] == "started":
                key = ("started", "", row["arm"])
                self.system.unknown(key)
                if number(row["n"]) is not None:
                    self.shown[key] = number(row["n"])

    # ------------------------------------------------------------------------------------------------------ margins

    def _margins(self):
        system = self.system
        for (outcome, clock, month, arm, group), levels in list(self.members.items()):
            everyone = (outcome, clock, month, arm, "", "")
            if not group or everyone not in system.place:
                continue
            cells = [(outcome, clock, month, arm, group, level) for level in levels]
            self._sum(cells, everyone)
            for position, name in enumerate(json.loads(group) if group.startswith("[") else []):
                for level in {json.loads(c[5])[position] for c in cells}:
                    whole_level = (outcome, clock, month, arm, name, level)
                    if whole_level in system.place:
                        self._sum([c for c in cells if json.loads(c[5])[position] == level], whole_level)
        for key in list(system.place):
            if key[0] == WORK and len(key) == 6:
                kinds = [(k, *key[1:]) for k in KINDS]
                if all(k in system.place for k in kinds):
                    self._sum(kinds, key)
        for (name, outcome, clock, month, arm), cells in self.categories.items():
            total = (outcome, clock, month, arm, "", "")
            if name == "sources" and total in system.place:
                self._sum(sorted(cells), total)
        for (clock, month, arm), (n, mean) in self.means.items():
            cells = [(WORK, clock, str(k), arm, "", "") for k in range(1, int(month) + 1)]
            if all(self.denominator.get(c) == n for c in cells) and (total := whole(n * mean)) is not None:
                system.equal(dict.fromkeys(cells, 1.0), total, number=True)
        for key in list(system.place):
            if len(key) == 6 and key in self.denominator:
                system.between(key, 0, self.denominator[key])

    def _sum(self, parts, total):
        """Parts add up to a total where the persons behind them do, or are not all shown."""
        numbers = [self.denominator.get(c) for c in parts]
        same = parts[0][4:] == total[4:]
        whole_n = self.denominator.get(total)
        known = None not in numbers and whole_n is not None
        if not known or (all(n == whole_n for n in numbers) if same else sum(numbers) == whole_n):
            self.system.equal({**dict.fromkeys(parts, 1.0), total: -1.0}, 0.0)

    def _curves(self):
        """Who works at a month has begun by then, or worked on day 0; who begins in a month works at it."""
        for row in self.tables("risk_table.csv"):
            events, n, time = number(row["events"]), number(row["n"]), number(row["time"])
            if events is None or n is None or row["outcome"] != WORK or not time:
                continue
            cells = [(WORK, row["clock"], str(k), row["arm"], "", "") for k in range(int(time) + 1)]
            if not all(c in self.system.place for c in cells):
                continue
            for cell in cells[1:]:
                self.system.at_most({cell: 1.0, cells[0]: -1.0}, events)
            self.system.at_most(dict.fromkeys(cells[1:], -1.0), -events)
            if n < self.denominator.get(cells[0], 0):
                self.system.equal({cells[0]: 1.0}, self.denominator[cells[0]] - n, number=True)

    # ----------------------------------------------------------------------------------------------------- the rules

    def secrets(self, truly_small):
        """Small cells that the log lists, with what must remain possible of each: what the rule leaves open that took it.

        The log does not say on which clock, and a silent one not by which rule. ``truly_small`` (key to persons and events)
        does: a stronger attacker.
        """
        out = {}
        for row in self.log:
            if row["table"] not in ("outcome", "persons"):
                continue
            if self.silent:
                for key, (n, k) in truly_small.get(row["cell"], {}).items():
                    if key in self.system.place:
                        out[key] = (1, 4) if k < 5 else (max(5, n - 4), n - 1)
                continue
            found = re.fullmatch(r"(\d) to (\d+) (events|non-events)", row["rule"])
            if row["role"] != "primary" or found is None:
                continue
            low, high = int(found[1]), int(found[2])
            for key, (n, _) in truly_small.get(row["cell"], {}).items():
                if key in self.system.place:
                    out[key] = (low, high) if found[3] == "events" else (n - high, n - low)
        return out

    def interval(self, target, secrets, *, numbers=True, whole_persons=False):
        """The smallest and largest value of a cell; with ``numbers`` False by the log and the meaning of cells alone."""
        system = self.system
        low, high = np.array(system.low), np.array(system.high)
        for key, (a, b) in ({} if self.silent else secrets).items():
            i = system.place[key]
            low[i], high[i] = max(low[i], a), min(high[i], b)
        if numbers:
            for key, value in self.shown.items():
                if self.silent or key not in secrets:
                    low[system.place[key]] = high[system.place[key]] = value
        sums = [(c, t) for c, t, number in system.equations if numbers or not number]
        tops = system.rows if numbers else []
        inside = self._around(system.place[target], [c for c, _ in (*sums, *tops)], low < high)
        place = {i: j for j, i in enumerate(sorted(inside))}
        sums, tops = ([(c, t) for c, t in rows if inside & c.keys()] for rows in (sums, tops))
        keep = sorted(inside)
        goal = np.zeros(len(keep))
        goal[place[system.place[target]]] = 1.0
        bounds = np.column_stack([low[keep], high[keep]])
        equal, above = self._matrix(sums, place, low), self._matrix(tops, place, low)
        if whole_persons:
            return self._exactly(goal, bounds, equal, above, [self.kinds_of(i, secrets) for i in keep])
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * goal, A_eq=equal[0], b_eq=equal[1], A_ub=above[0], b_ub=above[1], bounds=bounds, method="highs"
            )
            if found.status == 3:
                # persons of whom no table says how many there are
                ends.append(sign * -np.inf)
                continue
            if found.status != 0:
                raise AssertionError(f"what is known of {target} contradicts itself: {found.message}")
            ends.append(round(sign * found.fun, 6))
        return tuple(ends)

    def kinds_of(self, i, secrets):
        """What an event count may be that the log does not list as small: nobody, everybody, or many of both."""
        key = self.names[i]
        # persons of a level are some of their arm's
        level = key[0] == "persons" and len(key) == 6
        n = self.shown.get((*key[:4], "", "")) if level else self.denominator.get(key)
        if self.silent or key in secrets or n is None or n < 5:
            return None
        # of a level's persons only that they are few is entered as a secret, not that the others are
        return [p for p in ((0, 0), (5, n if level else n - 5), (n, n)) if p[0] <= p[1]]

    @property
    def names(self):
        return {i: key for key, i in self.system.place.items()}

    @staticmethod
    def _exactly(goal, bounds, equal, above, kinds):
        """The ends among whole persons, with every count of its kind."""
        size, marks = len(goal), sum(len(k) for k in kinds if k)
        rows, lows, highs, at = lil_array((sum(3 for k in kinds if k), size + marks)), [], [], size
        for i, pieces in enumerate(kinds):
            if not pieces:
                continue
            r = len(lows)
            rows[r, i] = rows[r + 1, i] = 1.0
            for low, high in pieces:
                rows[r, at], rows[r + 1, at], rows[r + 2, at] = -low, -high, 1.0
                at += 1
            lows += [0.0, -np.inf, 1.0]
            highs += [np.inf, 0.0, 1.0]
        constraints = [LinearConstraint(rows.tocsr(), lows, highs)] if lows else []
        for (matrix, totals), least in ((equal, None), (above, -np.inf)):
            if matrix is not None:
                wide = hstack([matrix, csr_array((matrix.shape[0], marks))])
                constraints.append(LinearConstraint(wide, totals if least is None else least, totals))
        limits = np.vstack([bounds, np.tile([0.0, 1.0], (marks, 1))])
        ends = []
        for sign in (1, -1):
            found = milp(
                np.concatenate([sign * goal, np.zeros(marks)]), integrality=np.ones(size + marks), constraints=constraints,
                bounds=Bounds(limits[:, 0], np.minimum(limits[:, 1], 1e6)),
            )  # fmt: skip
            ends.append(round(sign * found.fun, 6) if found.x is not None else sign * -np.inf)
        return tuple(ends)

    @staticmethod
    def _matrix(rows, place, values):
        """Rows over the unknowns inside; what lies outside is known."""
        if not rows:
            return None, None
        matrix, totals = lil_array((len(rows), len(place))), []
        for r, (coefficients, total) in enumerate(rows):
            for i, c in coefficients.items():
                if i in place:
                    matrix[r, place[i]] += c
                else:
                    total = total - c * values[i]
            totals.append(total)
        return matrix.tocsr(), np.array(totals)

    @staticmethod
    def _around(start, rows, free):
        """The unknowns that hang together with one through rows."""
        near = defaultdict(list)
        for r, coefficients in enumerate(rows):
            for i in coefficients:
                if free[i]:
                    near[i].append(r)
        inside, waiting = {start}, [start]
        while waiting:
            for r in near[waiting.pop()]:
                fresh = {i for i in rows[r] if free[i]} - inside
                inside |= fresh
                waiting.extend(fresh)
        return inside
