"""The study file: what it means, and what it says when it is wrong."""

from __future__ import annotations

import re
import tomllib

import pytest

import effektutv as eu
from effektutv.runtime.package_data import data_folder, studies_folder
from effektutv.study.toml_positions import key_lines, line_of

TRIAL = studies_folder() / "aktivitetsersattning" / "study.toml"


@pytest.fixture
def changed(tmp_path):
    """Write the trial's study with one text replaced, and return path and the line that changed."""

    def write(old: str, new: str):
        text = TRIAL.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "study.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path, text[: text.index(old)].count("\n") + 1 + old[: len(old) - len(old.lstrip("\n"))].count("\n")

    return write


@pytest.mark.parametrize("name", sorted(p.name for p in studies_folder().iterdir()))
def test_shipped_studies_are_read(name):
    study = eu.Study.from_toml(studies_folder() / name / "study.toml")
    assert study.study.name == name
    assert study.control == study.arm_codes[0]
    assert (data_folder() / "published" / f"{name}.toml").is_file()


def test_published_figures_are_well_formed():
    for path in sorted((data_folder() / "published").glob("*.toml")):
        figures = tomllib.loads(path.read_text(encoding="utf-8"))["figures"]
        assert len({f["id"] for f in figures}) == len(figures)
        for figure in figures:
            assert figure["source"]
            assert figure["status"] in {"numeric", "directional", "conflicting", "not_comparable", "not_published"}
            assert not ("value" in figure and "claim" in figure)
            assert ("conflict" in figure) == (figure["status"] == "conflicting")


def test_the_trial_as_declared():
    study = eu.Study.from_toml(TRIAL)
    assert study.arm_codes == ("FS", "SE", "CM")
    assert study.primary.name == "arbete"
    assert study.primary.month == 15
    assert study.time_zero.clock == "randomisation"
    assert [(s.by, s.prespecified) for s in study.subgroups] == [
        (("kon",), True),
        (("daglig_verksamhet",), True),
        (("kon", "daglig_verksamhet"), False),
    ]
    assert [s.direction for s in study.subgroups] == [None, None, None]
    assert [a.received.source for a in study.arms] == ["start", "sius", "hours"]
    assert (study.plan.baseline, study.outcome("livskvalitet").wave) == (0.18, 2)
    assert [x.code for x in study.covariate("kon").levels] == ["kvinna", "man"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('measure = "age"', 'measure = "aeg"', "allowed: 'value', 'age'"),
        ("horizon = 24", "horizn = 24", "did you mean 'horizon'"),
        ("seed = 20170331", 'seed = "one"', "valid integer"),
        ('by = ["kon"]', 'by = ["sex"]', "a subgroup must be a covariate with levels: kon, daglig_verksamhet"),
        ('state = "studies"', 'state = "study"', "allowed: 'work'"),
        ("cutoff = 2017-12-31", "cutof = 2017-12-31", "did you mean 'cutoff'"),
        (
            'estimator = "blocked"',
            'estimator = "block"',
            "allowed: 'difference', 'blocked', 'fe', 'lin', 'logit' or 'ipw'",
        ),
        ("control = true", "control = false", "exactly one arm must say control = true; 0 do"),
        ('register = "sos_lss"', 'register = "lss"', "register must be one that the study declares"),
        ("month = 15", "month = 99", "month must be at most the horizon, 24"),
        ('profile = "uncleared"', 'profile = "open"', "allowed: 'uncleared', 'strict' or 'public_data'"),
        ('name = "barn"', 'name = "alder"', "declared twice"),
        ('absent = "utan"', 'absent = "none"', "absent must be one of the levels"),
        ('clock = "randomisation"', 'clock = "birth"', "allowed: 'randomisation' or 'start'"),
        ('state = "studies"\nmonth = 15', 'item = "halsa"', "an item needs wave"),
        ('state = "studies"\nmonth = 15', 'item = "halsa"\nwave = 2\nmonth = 15', "a wave and no month"),
        ('state = "studies"\nmonth = 15', 'item = "halsa"\nwave = 0', "greater than or equal to 1"),
        ('state = "studies"\nmonth = 15', 'item = "halsa"\nstate = "work"\nmonth = 3', "got state and item"),
        ('state = "studies"\nmonth = 15', "wave = 2", "got none of them"),
        ('state = "studies"', 'state = "studies"\nwave = 2', "wave belongs to an item of the survey"),
        ('state = "studies"\nmonth = 15', 'column = "y"', "a study from registers has outcomes with state or item"),
        ('state = "work"\nmonth = 15', 'item = "halsa"\nwave = 1', "it cannot be the primary outcome"),
        ('vcov = "HC2"\nweights = "all"\ncluster = "behandlare"', 'vcov = "CR2"', "vcov 'CR2' needs cluster"),
        ('vcov = "HC2"', 'vcov = "CR2"', "'blocked' has no clustered variance"),
        ('vcov = "HC2"', 'vcov = "HC1"', "estimator 'blocked' has vcov 'HC2' only"),
        ('strata = "stratum"', "", "estimator 'blocked' needs strata"),
        ('strata = "stratum"   ', 'estimatr = "ipw" ', "did you mean 'estimator'"),
        ('weights = "all"', 'weights = "pair"\nprobability = "sannolikhet"', "weights must be 'all'"),
        ("receipt_tolerance = 0.05", "receipt_tolerance = 1.0", "less than 1"),
        ('by = ["kon"]', 'by = ["kon", "daglig_verksamhet"]\ndirection = "larger"', "exactly two levels"),
        ('by = ["kon"]', 'by = ["diagnos"]\ndirection = "larger"', "exactly two levels"),
        ("prespecified = true", 'direction = "more"', "allowed: 'larger' or 'smaller'"),
    ],
)
def test_a_mistake_names_the_line_and_what_is_allowed(changed, old, new, expected):
    path, line = changed(old, new)
    with pytest.raises(eu.StudyError) as caught:
        eu.Study.from_toml(path)
    message = str(caught.value)
    assert expected in message
    named = int(re.search(r"study\.toml, line (\d+)", message)[1])
    assert abs(named - line) <= 12  # the key's own line, or the head of the table that it stands in
    if "did you mean" in expected or "allowed:" in expected:
        assert named == line


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("baseline = 18", "less than 1"),
        ("baseline = 0.0", "greater than 0"),
        ("baseline = 0.18\npower = 0.04", "power must be above alpha"),
        ("baseline = 0.18\nalpha = 0.0", "greater than 0"),
        ("power = 0.8", "plan.baseline: this key is missing"),
        ("baseline = 0.18\nbeta = 0.2", "no such key"),
    ],
)
def test_a_plan_out_of_range(changed, section, expected):
    path, _ = changed("[codes]", "[codes]")
    text = re.sub(r"(?m)^\[plan\]\n(?:[a-z].*\n)+", "", path.read_text(encoding="utf-8"))
    path.write_text(f"{text}\n[plan]\n{section}\n", encoding="utf-8")
    with pytest.raises(eu.StudyError, match=re.escape(expected)):
        eu.Study.from_toml(path)


@pytest.mark.parametrize(
    ("received", "lost", "expected"),
    [
        ('{ source = "hours" }', "", "needs actor"),
        ('{ source = "sius", actor = "CM" }', "", "the other sources have none"),
        ('{ source = "hour" }', "", "allowed: 'start', 'sius' or 'hours'"),
        ('{ source = "sius" }', "af_inskrivning", "read from \\[registers.af_inskrivning\\]"),
        ('{ source = "hours", actor = "CM" }', "tidredovisning", "read from \\[registers.tidredovisning\\]"),
    ],
)
def test_receipt_that_cannot_be_read(tmp_path, received, lost, expected):
    text = re.sub(r"(?m)^received = .*\n", "", TRIAL.read_text(encoding="utf-8"))
    text = text.replace('code = "CM"\n', f'code = "CM"\nreceived = {received}\n', 1)
    if lost:
        text = re.sub(rf"(?m)^\[registers\.{lost}\]\n(?:[a-z].*\n)+", "", text)
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(eu.StudyError, match=expected):
        eu.Study.from_toml(path)


def test_what_a_study_may_say(tmp_path):
    """Everything optional at once: each key reaches its place."""
    text = re.sub(r"(?m)^received = .*\n", "", TRIAL.read_text(encoding="utf-8"))
    text = re.sub(r"(?m)^\[plan\]\n(?:[a-z].*\n)+", "", text)
    for old, new in (
        ('code = "CM"\n', 'code = "CM"\nreceived = { source = "hours", actor = "CM" }\n'),
        ('estimator = "blocked"\nvcov = "HC2"', 'estimator = "lin"\nvcov = "CR2"'),
        (
            'by = ["kon"]\nprespecified = true',
            'by = ["kon"]\nprespecified = true\ndirection = "larger"\nprior_evidence = { sv = "Ja", en = "Yes" }',
        ),
        ('state = "studies"\nmonth = 15', 'item = "vill_arbeta"\nwave = 3\nvalues = [1]'),
        ('state = "benefit"\nmonth = 15', 'state = "first_month_in_work"\nmonth = 24'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "study.toml"
    path.write_text(text + "\n[plan]\nbaseline = 0.18\n", encoding="utf-8")
    study = eu.Study.from_toml(path)
    assert (study.plan.baseline, study.plan.power, study.plan.alpha) == (0.18, 0.8, 0.05)
    assert [a.received and (a.received.source, a.received.actor) for a in study.arms] == [None, None, ("hours", "CM")]
    assert (study.design.main, study.design.cluster, study.design.receipt_tolerance) == ("lin", "behandlare", 0.05)
    assert (study.subgroups[0].direction, study.subgroups[0].prior_evidence.en) == ("larger", "Yes")
    item, first = study.outcome("studier"), study.outcome("ersattning")
    assert (item.item, item.wave, item.binary, item.dated, item.month_state) == ("vill_arbeta", 3, True, False, None)
    assert (first.binary, first.dated, first.month_state) == (False, True, "work")


def test_not_toml_and_not_there(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text("[study\n", encoding="utf-8")
    with pytest.raises(eu.StudyError, match="not valid TOML"):
        eu.Study.from_toml(path)
    with pytest.raises(eu.StudyError, match=r"'missing\.toml' cannot be read: there is no such file; give"):
        eu.Study.from_toml(tmp_path / "missing.toml")
    with pytest.raises(
        eu.StudyError, match=rf"'{tmp_path.name}' is a folder: give the study file itself, such as .*/study\.toml"
    ):
        eu.Study.from_toml(tmp_path)
    for data in (b"LopNr;SECRET\n1;2\n", "LopNr;å".encode("latin-1")):
        (tmp_path / "studier.csv").write_bytes(data)
        with pytest.raises(
            eu.StudyError, match=r"studier\.csv: this is no study file, which is a text file such as study\.toml$"
        ):
            eu.Study.from_toml(tmp_path / "studier.csv")
    path.write_bytes("[study]\nname = 'å'\n".encode("latin-1"))
    with pytest.raises(eu.StudyError, match="not UTF-8"):
        eu.Study.from_toml(path)


def test_a_draft_with_open_questions_says_so_and_counts_no_arms(tmp_path):
    text = TRIAL.read_text(encoding="utf-8")
    codes = re.sub(r"(?m)^code = .*$", '#? With which code?\n#?     code = "..."', text)
    assert codes != text
    (tmp_path / "study.toml").write_text(codes, encoding="utf-8")
    with pytest.raises(eu.StudyError) as caught:
        eu.Study.from_toml(tmp_path / "study.toml")
    *first, last = str(caught.value).splitlines()
    assert last.endswith(
        "a draft with open questions: answer the lines that begin with #? and run effektutv init again"
    )
    assert len([line for line in first if line.endswith("code: this key is missing and must be given")]) == 3
    assert "Tuple should have" not in str(caught.value)
    (tmp_path / "study.toml").write_text(re.sub(r"(?s)\[\[arms\]\].*?\n\n(?=\[d)", "", text), encoding="utf-8")
    with pytest.raises(eu.StudyError, match="arms: this key is missing"):
        eu.Study.from_toml(tmp_path / "study.toml")


@pytest.mark.parametrize(
    ("section", "expected"), [("[table]\npath = 'x.csv'\narm = 'a'\n", "give either"), ("", "give either")]
)
def test_registers_or_table(changed, section, expected):
    text = TRIAL.read_text(encoding="utf-8")
    path, _ = changed("[codes]", "[codes]")
    if section:
        path.write_text(text + "\n" + section, encoding="utf-8")
    else:
        path.write_text(re.sub(r"\[registers\.[^\]]*\]\n(?:[a-z].*\n)+", "", text), encoding="utf-8")
    with pytest.raises(eu.StudyError, match=expected):
        eu.Study.from_toml(path)


def test_study_is_frozen_and_hashed():
    study = eu.Study.from_toml(TRIAL)
    with pytest.raises(ValueError, match="frozen"):
        study.arms = ()
    assert len(study.sha256) == 64
    assert study.with_seed(7).study.seed == 7
    assert study.study.seed == 20170331


def test_lines_of_keys():
    text = 'a = 1\n[b]\nc = """\nd = 2\n"""\n[[e]]\nf = 1\n[[e]]\nf = 2\n[e.g]\nh = 1\n["i j".k]\nl.m = 1\n'
    lines = key_lines(text)
    assert lines["b", "c"] == 3
    assert ("b", "d") not in lines
    assert (lines["e", 0, "f"], lines["e", 1, "f"]) == (7, 9)
    assert lines["e", 1, "g", "h"] == 11
    assert lines["i j", "k", "l", "m"] == 13
    assert line_of(lines, ("e", 1, "unknown", 3)) == 8
    assert line_of(lines, ("nowhere",)) is None


def test_the_checklist_is_answered_by_number_in_both_languages(changed):
    path, _ = changed("\n[consort]\n", '\n[consort]\n3 = { sv = "x", en = "y" }\n12b = { sv = "a", en = "b" }\n')
    study = eu.Study.from_toml(path)
    assert {k: (t.sv, t.en) for k, t in study.consort.items() if k in ("3", "12b")} == {
        "3": ("x", "y"),
        "12b": ("a", "b"),
    }


def test_the_shipped_study_answers_what_is_published_and_leaves_the_rest_open():
    study = eu.Study.from_toml(studies_folder() / "aktivitetsersattning" / "study.toml")
    assert set(study.consort) == {"2", "6", "9", "11", "12a", "13", "23a"}
    for text in study.consort.values():
        assert text.sv
        assert text.sv != text.en
    for lang in ("sv", "en"):
        assert "AEARCTR-0003794" in study.consort["2"].in_language(lang)
        assert "26" in study.consort["11"].in_language(lang), "the sources' conflict is told, not settled"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('31 = { sv = "x", en = "y" }', "consort.31: not allowed; allowed: '1a', '1b', '2'"),
        ('3 = { sv = "x" }', "consort.3.en: this key is missing"),
        ('3 = "x"', "consort.3"),
    ],
)
def test_an_item_that_is_not_there_is_refused(changed, line, expected):
    path, _ = changed("\n[consort]\n", f"\n[consort]\n{line}\n")
    with pytest.raises(eu.StudyError, match=re.escape(expected)):
        eu.Study.from_toml(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'path = "data\\a.csv"', "write / in the place of"),
        (b'path = "C:\\Users\\a.csv"', "write / in the place of"),
        ("path = \u201da.csv\u201d".encode(), "straight quotation marks"),
        ("path = 1".encode("utf-16"), "save it as UTF-8"),
        ("path = 1".encode("utf-16-le"), "save it as UTF-8"),
        ('title = "\u00e5"'.encode("cp1252"), "save it as UTF-8"),
    ],
)
def test_what_windows_and_word_processors_make_of_a_study_file_is_explained(tmp_path, data, said):
    (tmp_path / "study.toml").write_bytes(data)
    with pytest.raises(eu.StudyError, match=r"^study\.toml: ") as raised:
        eu.Study.from_toml(tmp_path / "study.toml")
    assert said in str(raised.value)
    assert raised.value.__context__ is None


def test_the_folder_one_is_in_is_named_and_the_file_in_it(tmp_path, monkeypatch):
    """Wrong use: a dot for the study file; the message had no name and a path from the root."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(eu.StudyError, match=rf"'{tmp_path.name}' is a folder: .* such as study\.toml$"):
        eu.Study.from_toml(".")
