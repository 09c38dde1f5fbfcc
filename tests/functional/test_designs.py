"""Estimators, clusters and probabilities that a study may declare, through the trial's questions."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

import effektutv as eu

# ---------------------------------------------------------------- estimators that a study may declare


def designed(restudied, *lines: str):
    def change(text: str) -> str:
        head, tail = text.split("[design]\n", 1)
        section, rest = tail.split("\n\n", 1)
        kept = [s for s in section.splitlines() if s.split(" = ")[0] not in {x.split(" = ")[0] for x in lines}]
        return head + "[design]\n" + "\n".join([*kept, *lines]) + "\n\n" + rest

    return eu.load(restudied(change))


def test_clusters_run_through_itt(restudied):
    found = designed(restudied, 'estimator = "fe"', 'vcov = "CR2"', 'cluster = "behandlare"')
    people, y = found.table, found.outcome("arbete")
    assert people["cluster"].isna()[(people["arm"] == "FS").to_numpy()].all()
    df = people[["arm", "stratum", "provider"]].assign(y=y)
    direct = eu.itt(df, outcome="y", arm="arm", control="FS", strata="stratum", estimator="fe", cluster="provider",
                    arms=["FS", "SE", "CM"])  # fmt: skip
    for ours, theirs in zip(found.itt().rows, direct.rows, strict=True):
        assert (ours.vcov, ours.estimator) == ("CR2", "fe")
        assert (ours.estimate, ours.std_error, ours.df) == (theirs.estimate, theirs.std_error, theirs.df)
    plain_rows = found.itt(vcov="HC2").rows
    assert plain_rows[0].std_error != found.itt().rows[0].std_error
    assert {r.vcov for r in found.itt(estimator="difference").rows} == {"CR2"}
    assert {r.vcov for r in found.itt(estimator="blocked").rows} == {"HC2"}
    assert {r.vcov for r in found.itt(covariates=["alder"]).rows} == {"CR2"}
    month = next(r for r in found.profile(months=[3, 15]).effects.rows if r.month == 15)
    assert month.std_error == pytest.approx(found.itt().rows[0].std_error, rel=1e-9)
    assert isinstance(found.randomization_test(draws=200).rows[0].p_randomization, float)


def _unclustered(text: str) -> str:
    return re.sub(r"(?m)^cluster = .*\n", "", text)


def test_clusters_may_be_declared_for_a_sensitivity_only(trial, restudied):
    found = trial
    assert {r.vcov for r in found.itt().rows} == {"HC2"}
    assert {r.vcov for r in found.itt(estimator="fe", vcov="CR2").rows} == {"CR2"}
    with pytest.raises(eu.ArgumentError, match=r"name their column as cluster in the study's \[design\]"):
        eu.load(restudied(_unclustered)).itt(estimator="fe", vcov="CR2")


def test_known_probabilities_run_through_itt(restudied):
    found = designed(restudied, 'estimator = "ipw"', 'probability = "sannolikhet"')
    people, y = found.table, found.outcome("arbete")
    row = found.itt().rows[0]
    assert row.estimator == "ipw"
    weight = 1 / people["probability"].to_numpy()
    seen = ~np.isnan(y)
    means = [
        np.average(y[m], weights=weight[m]) for m in ((people["arm"] == a).to_numpy() & seen for a in ("SE", "FS"))
    ]
    assert row.estimate == pytest.approx(means[0] - means[1], rel=1e-9)
    month = found.profile(months=[15]).effects.rows[0]
    assert (month.estimate, month.std_error) == (pytest.approx(row.estimate), pytest.approx(row.std_error))
    assert isinstance(found.itt("manader_i_arbete", by="kon").rows[0].estimate, float)


def test_logit_is_for_events_only(restudied):
    found = designed(restudied, 'estimator = "logit"')
    assert {r.estimator for r in found.itt(by="kon").rows} == {"logit"}
    assert {r.estimator for r in found.itt("manader_i_arbete").rows} == {"blocked"}
    assert found.profile(months=[15]).effects.rows[0].estimate == pytest.approx(found.itt().rows[0].estimate)
    with pytest.raises(eu.ArgumentError, match="needs a 0/1 outcome"):
        found.itt("manader_i_arbete", estimator="logit")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('cluster = "provider"', "cluster must be a column of the randomisation form"),
        ('cluster = "insatsstart"', "cluster must be a column of the randomisation form"),
        ('probability = "stratum"', "probability must be a column of the randomisation form: sannolikhet"),
    ],
)
def test_a_design_column_that_is_not_there(line, expected, restudied):
    with pytest.raises(eu.StudyError, match=expected):
        designed(restudied, line)


def test_a_probability_is_never_assumed(demo, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    path = folder / "extracts" / "lottningsenkat.csv"
    lines = path.read_bytes().decode("cp1252").split("\n")
    header = lines[0].split(";")
    i = next(i for i, line in enumerate(lines[1:], start=1) if line.split(";")[header.index("samtycke")] == "1")
    cells = lines[i].split(";")
    cells[header.index("sannolikhet")] = ""
    lines[i] = ";".join(cells)
    path.write_bytes("\n".join(lines).encode("cp1252"))
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8").replace(
        'estimator = "blocked"', 'estimator = "ipw"\nprobability = "sannolikhet"'
    )
    study.write_text(text, encoding="utf-8")
    with pytest.raises(eu.ExtractError, match="fewer than 5 participants have no probability; it is never assumed"):
        eu.load(study)


def test_design_columns_of_a_plain_table(plain, tmp_path):
    text = plain.read_text(encoding="utf-8").replace(
        'strata = "site"', 'strata = "site"\nestimator = "fe"\nvcov = "CR2"\ncluster = "who"'
    )
    shutil.copy(plain.parent / "people.csv", tmp_path / "people.csv")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert {r.vcov for r in eu.load(tmp_path / "study.toml").itt("z").rows} == {"CR2"}
    (tmp_path / "study.toml").write_text(text.replace('"who"', '"whom"'), encoding="utf-8")
    with pytest.raises(eu.StudyError, match="the table has no column 'whom'"):
        eu.load(tmp_path / "study.toml")
