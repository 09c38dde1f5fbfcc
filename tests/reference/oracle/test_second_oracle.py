"""The estimators against a second, independent set of R results that lies outside the repository.

The folder is named by EFFEKTUTV_ORACLE, or is ``../shared/reference`` beside the checkout. Named but incomplete is a
failure; neither named nor there means that nothing is collected. Every group of numbers in the files is either compared
or stands in NOT_SHARED with the reason: a group in neither is a failure too.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path

import numpy as np
import oracle_further
import pytest
import trials

import effektutv as eu
from effektutv.api.pooled_regression import pooled_regression

FILES = ("nsw", "jobs2", "indo_rct", "star_k", "actg175", "colon")
_NAMED = os.environ.get("EFFEKTUTV_ORACLE")
FOLDER = Path(_NAMED) if _NAMED else Path(__file__).parents[4] / "shared" / "reference"
PRESENT = bool(_NAMED) or FOLDER.is_dir()

#: Groups that define something else, or belong to estimators of other modules: pattern and reason.
NOT_SHARED = [
    (r"wilcox", "rank test"),
    (r"clopper|miettinen|wald RD|\| prop\.test|agresti|fisher\.test", "intervals of other methods"),
    (r"chisq\.test|mh_|logit_interaction|fisher_by_sex", "tests of odds ratios or of a null other than the t test's"),
    (r"glm logit coef", "the logit's coefficients: only its margin is reported"),
    (r"margins::margins|avg_slopes", "numerical derivative in a numeric arm"),
    (r"ame_event \| marginaleffects", "slopes shared by arms outside the contrast"),
    (r"\bri_|\bri\b|\| wy|wy_small", "randomisation tests and multiplicity"),
    (r"padj|\bmult\b|dunnett", "multiplicity"),
    (r"Wu-Hausman", "a test of whether compliance matters for least squares"),
    (r"cox|rho=1|rmst2 \| ratio", "proportional hazards, other weights, ratios of times"),
    (r"cluster_school_(stata|CR0)", "clustered variances of other kinds"),
    (r"joint_arm", "one test of all arms: contrasts are reported one at a time"),
    (r"lin_strata \| .*ANCOVA|(star_k|actg175).*ANCOVA", "slopes shared by arms outside the contrast"),
    (
        r"(star_k|actg175) \| itt \| \w+ \| lm \| .*classical|colon.*classical \|",
        "error variance shared with arms outside the contrast",
    ),
    (r"interaction_HC\d \| (\(Intercept\)|gg\d)$", "no effect of an arm"),
    (r"interaction_HC1|joint_interaction \| HC1", "small-sample factor of the pooled regression, not of each level's"),
    (r"joint_interaction \| classical_anova", "error variance shared between levels"),
    (
        r"(star_k|actg175|colon) \| sub_\w+ \| joint_interaction",
        "all arms' interactions at once: ours go contrast by contrast",
    ),
    (r"denom=(treated|control|all)", "another denominator of the SMD"),
    (r"stratified, harmonic weights \(d2 omnibus\) \| variables", "rows weighted by precision, ours by size"),
    (r"F-test of treat|LR-test of treat", "another omnibus test"),
]

SUBGROUPS = {
    ("nsw722", "sub_nodegree"): ("re78", "nodegree"),
    ("nsw722", "sub_black_emp78"): ("emp78", "black"),
    ("nsw445", "sub_black"): ("re78", "black"),
    ("jobs2", "sub_sex"): ("employed", "sex"),
    ("jobs2", "sub_sex_depress2"): ("depress2", "sex"),
    ("indo", "sub_sex"): ("y", "female"),
    ("star", "sub_female_readk"): ("readk", "female"),
    ("star", "sub_freelunch_mathk"): ("mathk", "freelunch"),
    ("actg175", "sub_gender_cens"): ("cens", "gender"),
    ("actg175", "sub_gender_cd420"): ("cd420", "gender"),
    ("actg175", "sub_strat_cd420"): ("cd420", "strat"),
    ("colon", "sub_sex"): ("dead5", "sex"),
}
BINARY = {"binary": "y", "by_sex": "y", "event_binary": "cens", "event2y_binary": "event2y", "by_gender": "cens"}
BINARY |= {"employed_binary": "employed", "emp78": "emp78", "unem78": "unem78"}
BINARY |= {"attrition_readk": "readk", "attrition96": "cd496", "dead5_complete_case": "dead5"}
STRATA = {"blocked_sex": "sex", "blocked_site": "site", "blocked_site2": "site2", "star": "school", "actg175": "strat"}


@cache
def oracle(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text())


def groups(node: dict, path: tuple[str, ...]):
    """Yield every path whose mapping holds a number or a list, and the mapping."""
    if any(not isinstance(v, dict) for v in node.values()):
        yield path, node
    for key, value in node.items():
        if isinstance(value, dict) and key != "meta":
            yield from groups(value, (*path, key))


def collected() -> list[tuple[str, ...]]:
    if not PRESENT:
        return []
    if missing := [f for f in FILES if not (FOLDER / f"{f}.json").is_file()]:
        pytest.fail(f"the second oracle lacks {missing}", pytrace=False)
    return [path for f in FILES for path, _ in groups(oracle(f), (f,))]


def excused(path: tuple[str, ...]) -> bool:
    text = " | ".join(path)
    return any(re.search(pattern, text) for pattern, _ in NOT_SHARED)


class Group:
    """One group of R's numbers: which trial, outcome, arm, control and strata it is about."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.text = " | ".join(path)
        self.values = oracle(path[0])
        for key in path[1:]:
            self.values = self.values[key]
        self.trial = {"nsw": path[1] if len(path) > 1 else "", "indo_rct": "indo", "star_k": "star"}.get(
            path[0], path[0]
        )
        self.arms = trials.ARMS.get(self.trial) or oracle_further.ft.ARMS[self.trial]
        self.two = len(self.arms) == 2
        named = [p.removeprefix("arm") for p in path]
        named = [p.split(":")[0] for p in named]
        self.arm = next((p for p in named if p in self.arms[1:]), "" if not self.two else self.arms[1])
        if path[-1] == "0" and "arms" in path:
            self.arm = self.arms[0]
        self.arm = self.arms[0] if path[-1] == self.arms[0] else self.arm
        found = re.search(r"\b(cd420|d20|cd820|readk|mathk|employed|depress2|job_seek)\b|_(re78|emp78)\b", self.text)
        self.outcome = next((g for g in found.groups() if g), "") if found else "y"
        if self.trial == "actg175" and "cens" in path:
            self.outcome = "cens"
        if "blocked_sex" in path:
            self.outcome = "employed"
        self.outcome = "dead5" if "dead5_lm" in path else self.outcome
        self.sub = next((SUBGROUPS[self.trial, p] for p in path if (self.trial, p) in SUBGROUPS), None)
        if self.sub:
            self.outcome = self.sub[0]
        level = re.search(r"subgroup (\w+)=(\w+)", self.text)
        self.level = level.groups() if level else None

    def parent(self, up: int) -> dict:
        """The numbers so many levels above."""
        node = oracle(self.path[0])
        for key in self.path[1:-up]:
            node = node[key]
        return node

    @property
    def strata(self) -> str:
        return next(STRATA[p] for p in (*self.path, self.trial) if p in STRATA)

    @property
    def binary_outcome(self) -> str:
        return {"jobs2": "employed"}.get(self.trial, "y")

    def whole(self, row) -> None:
        whole(row, self.values)

    def table(self):
        df = oracle_further.load(self.trial)
        return df if self.level is None else df[df[self.level[0]] == float(self.level[1])]

    def binary_table(self):
        """The table of a group about a 0/1 outcome, and the outcome's name."""
        df = self.table()
        key = next(p for p in self.path if p in BINARY)
        outcome = BINARY[key]
        if key.startswith("attrition"):
            df[outcome] = df[outcome].notna().astype(int)
        if key in ("by_sex", "by_gender"):
            df = df[df["female" if key == "by_sex" else "gender"] == int(self.path[2])]
        return df, outcome

    def row(self, df=None, **options) -> eu.results.EffectRow:
        df = self.table() if df is None else df
        pair = [self.arm, self.arms[0]]
        if options.get("weights") != "all":
            df = df[df["arm"].isin(pair)]
        options.setdefault("contrasts", [pair])
        if options.get("estimator") in ("fe", "lin"):
            options.setdefault("dof", "residual")  # R's degrees of freedom are persons less parameters
        return eu.itt(df, outcome=self.outcome, arm="arm", control=self.arms[0], **options).rows[0]


def near(ours: object, theirs: float, what: str, relative: float = 1e-9) -> None:
    assert isinstance(ours, float | int), f"{what}: {ours!r}"
    # The oracle prints 15 digits: a number near 0 that stands for 0 carries only the rounding of what it was made of.
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-12), what


def whole(row, values: dict) -> None:
    """Compare everything that a t test prints."""
    names = {"estimate": "estimate", "se": "std_error", "stat": "statistic", "df": "df", "p": "p_value"}
    names |= {"ci_low": "conf_low", "ci_high": "conf_high"}
    for theirs, ours in names.items():
        near(getattr(row, ours), values[theirs], ours, 1e-8 if theirs == "p" else 1e-9)


def point_and_error(row, values: dict, vcov: str, n: int) -> None:
    """Compare estimate and standard error with a regression that holds arms outside the contrast, too."""
    near(row.estimate, values["estimate"], "estimate")
    ours, theirs = row.std_error, values["se"]
    if vcov == "HC1":  # both factors n/(n − k) undone
        ours *= np.sqrt(row.df / (row.n_arm + row.n_control))
        theirs *= np.sqrt(values["df"] / n)
    near(ours, theirs, "standard error")


def arm_summary(g: Group) -> None:
    df = g.table()
    rows = eu.profile(df, outcomes={0: g.outcome}, arm="arm", control=g.arms[0], name="y").rows
    ours = next(r for r in rows if r.arm == g.arm)
    assert ours.n == g.values["n"]
    near(ours.share, g.values["mean"], "mean")
    near(ours.std_error * np.sqrt(ours.n), g.values["sd"], "standard deviation")


def binary(g: Group) -> None:
    df, g.outcome = g.binary_table()
    row, v = g.row(df), g.values
    assert (row.events_arm, row.n_arm, row.events_control, row.n_control) == (v["x1"], v["n1"], v["x0"], v["n0"])
    for ours, theirs in (("share_arm", "p1"), ("share_control", "p0"), ("estimate", "rd")):
        near(getattr(row, ours), v[theirs], theirs)


def plain(g: Group) -> None:
    vcov = re.search(r"classical|HC\d", g.text).group()
    row = g.row(estimator="fe", vcov=vcov)
    if g.two:
        if "sandwich" in g.text:
            near(row.std_error, g.values["se"], "standard error")
        else:
            whole(row, g.values)
    elif "sandwich" in g.text:
        point_and_error(
            row, {"estimate": row.estimate, "df": _residual_df(g), **g.values}, vcov, _residual_df(g) + len(g.arms)
        )
    else:
        point_and_error(row, g.values, vcov, g.values["df"] + len(g.arms))


def _residual_df(g: Group) -> int:
    return int(oracle_further.load(g.trial)[g.outcome].notna().sum()) - len(g.arms)


def adjusted(g: Group) -> None:
    """ANCOVA and Lin's estimator, on persons whose covariates are known."""
    vcov = re.search(r"HC\d", g.path[-2]).group()
    parent = oracle(g.path[0])
    for key in g.path[1:-2]:
        parent = parent[key]
    covariates, df = parent["covariates"], oracle_further.load(g.trial)
    if covariates == ["s2", "s3"]:
        options = {"strata": "strat", "covariates": None}
    else:
        options = {"covariates": covariates}
        df = df.dropna(subset=covariates)
    estimator = "lin" if "lm_lin" in g.text else "fe"
    # R's are complete cases: centred at those with an outcome, of all arms
    row = g.row(df.dropna(subset=[g.outcome]), estimator=estimator, vcov=vcov, weights="all", **options)
    if g.two:
        whole(row, g.values)
    else:
        point_and_error(row, g.values, vcov, parent["n"])


def blocked(g: Group) -> None:
    strata = next(STRATA[p] for p in (*g.path, g.trial) if p in STRATA)
    parent = oracle(g.path[0])
    for key in g.path[1:-1]:
        parent = parent[key]
    df = g.table()
    df = df[~df[strata].astype(str).isin(parent["blocks_dropped"])]
    name = g.path[-1]
    # R's degrees of freedom are persons less parameters
    options = {"strata": strata, "weights": "pair", "dof": "residual"}
    if "lm_lin" in name:
        options["estimator"] = "lin"
    elif "lm_robust" in name:
        options |= {"estimator": "fe", "vcov": re.search(r"HC\d", name).group()}
    row = g.row(df, **options)
    assert row.n_arm + row.n_control == parent["n"]
    whole(row, g.values)


def contaminated(g: Group) -> None:
    """One regression of all arms with strata effects: shown beside the contrasts (trap 1)."""
    vcov = re.search(r"HC\d", g.path[-2]).group()
    options = {"outcome": g.outcome, "arm": "arm", "control": g.arms[0], "strata": STRATA[g.trial], "vcov": vcov}
    rows = pooled_regression(g.table(), arms=g.arms, **options).rows
    whole(next(r for r in rows if r.arm == g.arm), g.values)


def level_effect(g: Group) -> None:
    row = g.row(estimator="fe")
    if g.two:
        whole(row, g.values)
    else:
        point_and_error(row, g.values, "HC2", 0)


def levels(g: Group, vcov: str = "HC2") -> list:
    df = oracle_further.load(g.trial)
    df = df[df["arm"].isin([g.arm, g.arms[0]])]
    options = {"estimator": "fe", "vcov": vcov, "dof": "residual"}
    return list(eu.itt(df, outcome=g.outcome, arm="arm", control=g.arms[0], by=g.sub[1], **options).rows[1:])


def interaction(g: Group) -> None:
    """Pooled regression: its arm terms are the first level's effect, its products the differences from it."""
    rows = levels(g)
    product = re.search(r":gg(\d)$", g.path[-1])
    if product is None:
        near(rows[0].estimate, g.values["estimate"], "first level")
        near(rows[0].std_error, g.values["se"], "first level")
        return
    other = next(r for r in rows if r.level == product.group(1))
    near(other.estimate - rows[0].estimate, g.values["estimate"], "interaction")
    near(np.hypot(other.std_error, rows[0].std_error), g.values["se"], "interaction")
    if len(rows) == 3:
        near(rows[-1].estimate, g.values["estimate"], "interaction row")
        near(rows[-1].std_error, g.values["se"], "interaction row")
        if g.two:
            whole(rows[-1], g.values)


def joint(g: Group) -> None:
    vcov = re.search(r"HC\d", g.path[-1]).group()
    row = levels(g, vcov)[-1]
    if "chisq" in g.path[-1]:
        near(row.statistic**2, g.values["chisq"], "Wald")
        return
    near(row.statistic**2, g.values["F"], "F")
    near(row.df, g.values["df2"], "df")
    near(row.p_value, g.values["p"], "p", 1e-8)


@cache
def _balance(trial: str, arm: str, covariates: tuple[str, ...], strata: str | None):
    df = trials.load(trial).dropna(subset=list(covariates))
    df = df[df["arm"].isin([arm, trials.ARMS[trial][0]])]
    return eu.balance(df, arm="arm", control=trials.ARMS[trial][0], covariates=covariates, strata=strata)


def balance(g: Group) -> None:
    depth = next(i for i, p in enumerate(g.path) if p.startswith("balance"))
    if g.path[depth] in ("balance_small", "balance_aide"):
        g.arm = g.path[depth].removeprefix("balance_")
    end = depth + (2 if not g.two and g.path[depth] == "balance" else 1)
    parent = oracle(g.path[0])
    for key in g.path[1:end]:
        parent = parent[key]
    stratified = "xBalance stratified" in g.text
    ours = _balance(g.trial, g.arm, tuple(parent["covariates"]), STRATA.get(g.trial, "site2") if stratified else None)
    rows = {r.covariate: r for r in ours.rows}
    if len(g.path) == end:
        assert ours.rows[0].n_arm + ours.rows[0].n_control == g.values["n"]
    elif g.path[-1] in rows and "cobalt" in g.text:
        row = rows[g.path[-1]]
        for name, theirs in (("mean_control", "mean0"), ("mean_arm", "mean1"), ("smd", "smd")):
            near(getattr(row, name), g.values[theirs], theirs)
        if g.values["var_ratio"] is not None:
            near(row.variance_ratio, g.values["var_ratio"], "variance ratio")
        else:
            assert isinstance(row.variance_ratio, eu.Unavailable)
    elif g.path[-1] in rows:
        row = rows[g.path[-1]]
        near(row.mean_control, g.values["Control"], "mean")
        near(row.mean_arm, g.values["Treatment"], "mean")
        near(row.difference, g.values["adj.diff"], "difference", 1e-8)
    else:
        near(ours.omnibus.statistic, g.values["chisquare"], "d²")
        assert ours.omnibus.df == g.values["df"]
        near(ours.omnibus.p_value, g.values["p"], "p")


def heading(g: Group) -> None:
    """Numbers that describe the group below: persons, covariates, strata; used there."""
    assert set(g.values) & {"n", "covariates", "n_blocks", "blocks_dropped", "md5"}


HANDLERS = [
    *oracle_further.HANDLERS,
    (r"\| balance", balance),
    (r"\| arms(_re78)? \| \w+$", arm_summary),
    (r"difference_in_means \(Neyman", lambda g: whole(g.row(), g.values)),
    (r"t\.test pooled", lambda g: whole(g.row(estimator="fe", vcov="classical"), g.values)),
    (r"\| (lm|sandwich|dead5_lm)(_re78|_emp78)? \| .* \| (treat|arm\w+)$", plain),
    (r"(lm_lin|ANCOVA) HC\d \| ", adjusted),
    (r"\| blocked.* \| estimatr", blocked),
    (r"lm_strata|lm_schoolFE", contaminated),
    (r"subgroup \S+ \| HC2 \| ", level_effect),
    (r"interaction_HC2 \| ", interaction),
    (r"joint_interaction \| ", joint),
    (r"(binary|by_sex|by_gender|emp78|unem78|attrition\w*|dead5_complete_case)( \| \d)? \| \w+$", binary),
    (
        r"(lin|adjust_re78|lin_emp78|lin_strata|nsw445|iv_\w+|ame\w*|survival|death|recurrence)$|\| blocked(_\w+)? \| \w+$",
        heading,
    ),
]


def handler(path: tuple[str, ...]):
    text = " | ".join(path)
    return next((f for pattern, f in HANDLERS if re.search(pattern, text)), None)


PATHS = collected()


@pytest.mark.parametrize("path", [p for p in PATHS if not excused(p)], ids=" | ".join)
def test_agrees_with_the_second_oracle(path):
    compare = handler(path)
    assert compare is not None, "neither compared nor explained in NOT_SHARED"
    compare(Group(path))


@pytest.mark.parametrize("reason", NOT_SHARED if PATHS else [], ids=lambda r: r[0])
def test_every_reason_is_needed(reason):
    assert any(re.search(reason[0], " | ".join(path)) for path in PATHS)
