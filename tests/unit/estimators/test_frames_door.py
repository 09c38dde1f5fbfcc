"""The door: what cannot be used is refused by name, rule and count, and never by value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError, EffektutvError
from effektutv.results import Unavailable

SECRET = "19121212-1212"


def people(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "arm": np.tile(["FS", "SE", "CM"], n // 3),
            "site": np.repeat(["a", "b"], n // 2),
            "y": rng.integers(0, 2, n),
            "age": rng.normal(25, 3, n).round(2),
            "kon": np.repeat(["kvinna", "man", "man"], n // 3),
        }
    )


def refused(match: str, df: object = None, **options: object) -> str:
    given = {"outcome": "y", "arm": "arm", "control": "FS", **options}
    with pytest.raises(ArgumentError, match=match) as caught:
        eu.itt(people() if df is None else df, **given)
    assert isinstance(caught.value, EffektutvError)
    assert isinstance(caught.value, ValueError)
    assert SECRET not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("match", "options"),
    [
        ("outcome: there is no column 'z'.*'arm', 'site'", {"outcome": "z"}),
        ("arm: there is no column", {"arm": "z"}),
        ("strata: there is no column", {"strata": "z"}),
        ("by: there is no column", {"by": "z"}),
        ("covariates: there is no column", {"covariates": ["z"], "estimator": "lin"}),
        (r"control: got 'XX', which is no arm; the arms are \['CM', 'FS', 'SE'\]", {"control": "XX"}),
        ("outcome: column 'kon' is of type .*, not numeric", {"outcome": "kon"}),
        ("estimator: got 'ols'; choose one of 'difference', 'blocked', 'fe', 'lin'", {"estimator": "ols"}),
        ("vcov: got 'HC9'", {"vcov": "HC9"}),
        ("vcov: got 'HC1', but estimator 'difference'", {"vcov": "HC1"}),
        ("vcov: got 'HC3', but estimator 'blocked'", {"vcov": "HC3", "strata": "site"}),
        ("covariates: estimator 'blocked'", {"covariates": ["age"], "estimator": "blocked", "strata": "site"}),
        ("covariates: estimator 'difference'", {"covariates": ["age"], "estimator": "difference"}),
        ("strata: estimator 'blocked' needs strata", {"estimator": "blocked"}),
        ("cluster: estimator 'blocked' has no clustered variance", {"cluster": "site", "estimator": "blocked"}),
        ("weights: got 'size'", {"weights": "size"}),
        ("level: got 95", {"level": 95}),
        ("level: got True", {"level": True}),
        ("arms: no one is in", {"arms": ["FS", "SE", "CM", "XX"]}),
        ("arms: the data also have", {"arms": ["FS", "SE"]}),
        ("arms: an arm is listed twice", {"arms": ["FS", "SE", "SE"]}),
        ("arms: got the text", {"arms": "FS"}),
        ("contrasts: got", {"contrasts": [("SE", "XX")]}),
        ("contrasts: got", {"contrasts": [("SE", "SE")]}),
        ("contrasts: got", {"contrasts": ["SE"]}),
        ("contrasts: the list is empty", {"contrasts": []}),
        ("outcome: a column is named twice", {"outcome": ["y", "y"]}),
        ("outcome: got", {"outcome": []}),
        ("by: a subgroup is named twice", {"by": ["kon", "kon"]}),
        ("levels: column 'kon' has levels that are not declared", {"by": "kon", "levels": {"kon": ["man"]}}),
    ],
)
def test_arguments_refused(match, options):
    refused(match, **options)


def test_frames_refused():
    df = people()
    refused("df: the data frame has no rows", df.iloc[:0])
    refused("df: got list", [1, 2])
    refused("call .collect", pl.from_pandas(df).lazy())
    refused("outcome: 2 columns are named 'y'", pd.concat([df, df[["y"]]], axis=1))
    refused("arm: column 'arm' has one arm only", df[df["arm"] == "FS"])
    refused("arm: column 'arm' is missing for fewer than 5 persons", df.assign(arm=df["arm"].where(df.index > 1)))
    refused("arm: column 'arm' is missing for 20 persons", df.assign(arm=df["arm"].where(df["arm"] != "CM")))
    refused("strata: site is missing", df.assign(site=df["site"].where(df.index > 1)), strata="site")
    refused("outcome: column 'y' is missing for everyone", df.assign(y=np.nan))
    refused("outcome: column 'y' is infinite in fewer than 5 rows", df.assign(y=[np.inf, *range(59)]))
    refused("covariates: 'one' is the same for everyone", df.assign(one=1.0), covariates=["one"])
    refused("covariates: 'one' is the same for everyone", df.assign(one="x"), covariates=["one"])
    refused("by: column 'one' has fewer than two levels", df.assign(one="x"), by="one")
    refused("by: 'id' is text with", people(120).assign(id=[f"{SECRET}{i}" for i in range(120)]), by="id")
    refused("arm: column 'age' has .* different values", arm="age", control=None)
    refused("not numeric", df.assign(y=[SECRET] * 60))
    refused("not numeric", df.assign(y=pd.Series([SECRET, *range(59)], dtype=object)))
    refused("not numeric", df.assign(y=pd.date_range("2020-01-01", periods=60)))
    refused("not numeric", df.assign(y=df["y"].astype("category")))


@pytest.mark.parametrize(
    "convert",
    [
        lambda s: s.astype(bool),
        lambda s: s.astype("boolean"),
        lambda s: s.astype("Int64"),
        lambda s: s.astype("Float64"),
        lambda s: s.astype("float32"),
        lambda s: s.astype("int8"),
        lambda s: s.astype(object),
        lambda s: s.astype("int64[pyarrow]"),
    ],
    ids=["bool", "boolean", "Int64", "Float64", "float32", "int8", "object", "pyarrow"],
)
def test_numeric_types_are_taken_alike(convert):
    df = people()
    expected = eu.itt(df, outcome="y", arm="arm", control="FS", strata="site").to_dicts()
    assert (
        eu.itt(df.assign(y=convert(df["y"])), outcome="y", arm="arm", control="FS", strata="site").to_dicts()
        == expected
    )


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_outcomes_of_every_kind_leave_the_denominator(missing):
    df = people()
    complete = eu.itt(df.iloc[10:], outcome="y", arm="arm", control="FS", strata="site", weights="pair").to_dicts()
    kinds = [df["y"].astype(object)]
    if missing is not np.nan:
        kinds.append(df["y"].astype("Int64"))
    for y in kinds:
        y.iloc[:10] = missing
        effects = eu.itt(df.assign(y=y), outcome="y", arm="arm", control="FS", strata="site", weights="pair")
        assert effects.to_dicts() == complete
        assert effects.notes[0] == "y: 10 persons without an observed outcome left out"


def test_arms_as_numbers_booleans_and_categories():
    df = people().query("arm != 'CM'").reset_index(drop=True)
    expected = eu.itt(df, outcome="y", arm="arm", control="FS").rows[0].estimate
    z = (df["arm"] == "SE").astype(int)
    for arm, control in ((z, 0), (z, "0"), (z.astype(float), 0), (z.astype(bool), False), (z.astype("Int64"), 0)):
        row = eu.itt(df.assign(arm=arm), outcome="y", arm="arm", control=control).rows[0]
        assert row.estimate == expected
        assert row.arm in ("1", "True")
    ordered = pd.Categorical(people()["arm"], ["FS", "SE", "CM", "never"])
    effects = eu.itt(people().assign(arm=ordered), outcome="y", arm="arm", control="FS")
    assert [(r.arm, r.control) for r in effects.rows] == [("SE", "FS"), ("CM", "FS"), ("SE", "CM")]


def test_contrasts_and_labels():
    options = {"outcome": "y", "arm": "arm", "control": "FS", "arms": ["FS", "SE", "CM"]}
    effects = eu.itt(people(), **options, strata=["site", "kon"], clock="randomisation", month=15)
    assert [(r.arm, r.control) for r in effects.rows] == [("SE", "FS"), ("CM", "FS"), ("SE", "CM")]
    assert {(r.clock, r.month, r.strata) for r in effects.rows} == {("randomisation", 15, "site:kon")}
    assert effects.estimand.contrast == "SE − FS, CM − FS, SE − CM; as assigned"
    assert effects.estimand.summary == "difference in proportions"
    only = eu.itt(people(), **options, contrasts=[("FS", "CM")])
    assert [(r.arm, r.control) for r in only.rows] == [("FS", "CM")]
    assert eu.itt(people(), **{**options, "outcome": "age"}).estimand.summary == "difference in means"


def test_several_outcomes_are_one_after_the_other():
    both = eu.itt(people(), outcome=["y", "age"], arm="arm", control="FS", by="kon")
    single = [eu.itt(people(), outcome=o, arm="arm", control="FS", by="kon").to_dicts() for o in ("y", "age")]
    assert both.to_dicts() == [*single[0], *single[1]]
    assert isinstance(both.rows[-1].events_arm, Unavailable)


def test_missing_covariates_are_filled_with_a_column_beside_and_noted():
    df = people(300)
    df.loc[:19, "age"] = np.nan
    effects = eu.itt(df, outcome="y", arm="arm", control="FS", covariates=["age"])
    assert effects.rows[0].n_arm + effects.rows[0].n_control == 200
    assert "covariate age: 20 persons with no value" in effects.notes[0]
    by_hand = df.assign(age=df["age"].fillna(df["age"].mean()), gone=df["age"].isna().astype(int))
    expected = eu.itt(by_hand, outcome="y", arm="arm", control="FS", covariates=["age", "gone"])
    assert effects.rows[0].estimate == pytest.approx(expected.rows[0].estimate, rel=1e-12)


def test_text_covariates_become_columns():
    df = people(300)
    df["kon"] = np.resize(["kvinna", "man", "annat"], 300)
    df = df.sample(frac=1, random_state=1)
    df["arm"] = np.resize(["FS", "SE", "CM"], 300)
    effects = eu.itt(df, outcome="y", arm="arm", control="FS", covariates=["kon"], estimator="fe")
    dummies = df.assign(a=(df["kon"] == "man") * 1, b=(df["kon"] == "kvinna") * 1)
    expected = eu.itt(dummies, outcome="y", arm="arm", control="FS", covariates=["a", "b"], estimator="fe")
    assert effects.rows[0].estimate == pytest.approx(expected.rows[0].estimate, rel=1e-10)


def test_balance_arguments():
    df = people()
    for options, match in [
        ({"covariates": []}, "covariates: got"),
        ({"covariates": ["age"], "kinds": {"age": "number"}}, "kinds: got 'number'"),
        ({"covariates": ["age"], "kinds": {"kon": "category"}}, "kinds: .* are not among the covariates"),
        ({"covariates": ["age"], "kinds": {"age": "binary"}}, "kinds: 'age' is called binary"),
        ({"covariates": ["kon"], "kinds": {"kon": "continuous"}}, "covariates: column 'kon'"),
        ({"covariates": ["age"], "draws": 0}, "draws: got 0"),
        ({"covariates": ["age"], "draws": 10, "seed": -1}, "seed: got -1"),
    ]:
        with pytest.raises(ArgumentError, match=match):
            eu.balance(df, arm="arm", **options)
    counted = eu.balance(df, arm="arm", covariates=["age"], draws=np.int64(50), seed=np.int64(3))
    assert counted == eu.balance(df, arm="arm", covariates=["age"], draws=50, seed=3)


def test_months_are_whole_and_each_once():
    df = people()
    options = {"arm": "arm", "control": "FS", "name": "arbete"}
    Y = np.column_stack([df["y"], df["y"]]).astype(float)
    for given in ({1.5: "y"}, {"3": "y"}, {True: "y"}, ((3, 3), Y), ((3, 4.0), Y)):
        with pytest.raises(ArgumentError, match="outcomes: months are whole numbers since time zero, each once"):
            eu.profile(df, outcomes=given, **options)


def test_profile_arguments_and_array():
    df = people()
    options = {"arm": "arm", "control": "FS", "strata": "site", "name": "arbete", "clock": "randomisation"}
    Y = np.column_stack([df["y"], 1 - df["y"]]).astype(float)
    by_array = eu.profile(df, outcomes=((3, 4), Y), **options)
    by_name = eu.profile(df.assign(m3=df["y"], m4=1 - df["y"]), outcomes={4: "m4", 3: "m3"}, **options)
    assert by_array == by_name
    assert [(r.month, r.arm) for r in by_array.rows][:3] == [(3, "FS"), (3, "CM"), (3, "SE")]
    at_3 = eu.itt(df.rename(columns={"y": "arbete"}), outcome="arbete", month=3, arm="arm", control="FS", strata="site")
    assert by_array.effects.rows[0].estimate == at_3.rows[0].estimate
    for outcomes, match in [
        ({}, "no month"),
        ((range(3), Y), "has shape"),
        ("y", "give a mapping"),
        (((3, 4), np.full((60, 2), np.inf)), "infinite"),
    ]:
        with pytest.raises(ArgumentError, match=match):
            eu.profile(df, outcomes=outcomes, **options)
