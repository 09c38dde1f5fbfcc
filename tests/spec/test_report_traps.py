"""The traps of METHODS that concern what is printed: shares and their counts, marks of absence, and words for uncertainty.

They are looked for in the demonstration's whole report, as its reader has it: every table file and both pages.
"""

from __future__ import annotations

import csv
import re
from types import SimpleNamespace

import pytest

from effektutv.values import SUPPRESSION_MARK as MARK

LANGUAGES = ("sv", "en")
#: Cells that a suppressed row must mark, by the columns' names, wherever a table has them.
SHARES = {"share": "n", "share_arm": "n_arm", "share_control": "n_control"}


@pytest.fixture(scope="module")
def out(demo_report):
    folders = {lang: demo_report(lang) for lang in LANGUAGES}
    tables = {p.stem: p for p in (folders["sv"] / "tables").glob("*.csv")}
    rows = {name: list(csv.DictReader(path.open(encoding="utf-8"))) for name, path in tables.items()}
    pages = {lang: (folders[lang] / "report.html").read_text(encoding="utf-8") for lang in LANGUAGES}
    return SimpleNamespace(rows=rows, pages=pages)


def shares(out):
    """Every share of persons: table, row, share and the number it is of."""
    means = {r["outcome"] for r in out.rows["itt"] if r["share_arm"] not in ("", MARK) and float(r["share_arm"]) > 1}
    for name, rows in out.rows.items():
        for row in rows:
            if row.get("kind") in ("interaction", "joint") or row.get("outcome") in means:
                continue
            for share, n in SHARES.items():
                if share in row and n in row:
                    yield name, row, row[share], row[n]


# trap 8: percentages come from protected counts


def in_steps(number, decimals):
    return float(number) == round(float(number), decimals)


def in_hundredths(number):
    return in_steps(number, 2)


def test_trap_8_every_share_is_a_whole_count_that_may_be_shown(out):
    seen = 0
    for name, row, share, n in shares(out):
        if share in ("", MARK):
            continue
        if n == MARK:  # persons differ from another number's by a few: the share beside is in hundredths
            assert in_hundredths(share), name
            continue
        if MARK in (row.get("n_arm"), row.get("n_control")) and in_hundredths(share):
            continue  # the other arm's number is hidden, and both shares are rounded with it
        count = float(share) * int(n)
        assert count == pytest.approx(round(count), abs=1e-6), name
        assert not 1 <= round(count) <= 4, (name, "events")
        assert not 1 <= int(n) - round(count) <= 4, (name, "non-events")
        assert row["status"] == "released" or row["estimate"] == MARK, name  # the other arm's cell is hidden
        seen += 1
    assert seen > 500


def test_trap_8_a_hidden_count_has_no_share_and_a_share_no_hidden_count(out):
    seen = 0
    for name in ("kinds", "sources"):
        for row in out.rows[name]:
            assert (row["events"] == MARK) == (row["share"] == MARK) == (row["status"] == "suppressed"), name
            if row["share"] != MARK:
                # a file holds nine digits
                assert float(row["share"]) == pytest.approx(int(row["events"]) / int(row["n"]), rel=1e-8)
            seen += 1
    assert seen >= 36


@pytest.mark.parametrize(
    ("lang", "note"),
    [("sv", "de är avrundade och summerar inte alltid till totalen"),
     ("en", "they are rounded and do not always add up to the total")],
)  # fmt: skip
def test_trap_8_the_note_says_why_shares_may_not_add_up(out, lang, note):
    page = re.sub(r"\s+", " ", out.pages[lang])
    kinds = re.search(r'<section id="kinds".*?</section>', page)
    assert kinds is not None
    assert note in kinds.group()


# trap 10: a suppressed cell is a mark, never 0 and never blank


def test_trap_10_suppressed_cells_are_marked_in_every_table(out):
    seen = 0
    for name, rows in out.rows.items():
        for row in rows:
            marked = [column for column, value in row.items() if value == MARK]
            if row.get("status") != "suppressed":
                assert not marked or "estimate" not in row, (name, marked)
                continue
            assert marked, name
            if "tau" in row and row["estimate"] != MARK:  # coarse means, and what is worked out from them as printed
                assert {row["n_arm"], row["n_control"]} & {MARK}, name
                assert all(in_steps(row[c], 3) for c in ("mean_arm", "mean_control", "estimate", "std_error")), name
                if (error := float(row["std_error"])) > 0:
                    assert float(row["statistic"]) == pytest.approx(float(row["estimate"]) / error), name
            elif "estimate" in row:  # nothing of an effect is left, not even a p-value or a zero
                left = {c: row[c] for c in ("estimate", "std_error", "p_value", "conf_low", "conf_high") if c in row}
                if MARK in (row["n_arm"], row["n_control"]) and set(left.values()) != {MARK}:
                    # a number of persons that differs from another's by a few is hidden, and the rest in hundredths
                    assert all(in_hundredths(v) for v in left.values()), name
                else:
                    assert set(left.values()) == {MARK}, name
                assert row["statistic"] == MARK, name
            seen += 1
    assert seen > 30


# trap 15: "no difference" is not contradicted, never confirmed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_trap_15_no_sentence_says_that_there_is_no_difference(out, lang):
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style).*?</\1>", " ", out.pages[lang], flags=re.DOTALL))
    text = re.sub(r"\s+", " ", text).lower()
    said = {
        "sv": ("det finns ingen skillnad", "ingen effekt", "saknar effekt", "bekräft", "bevisa", "lika bra som", "visar att"),
        "en": ("there is no difference", "no effect", "has no effect", "confirm", "proves", "as good as", "shows that"),
    }  # fmt: skip
    assert [w for w in said[lang] if re.search(rf"\b{w}", text)] == []  # "motbevisad" is another word
    assert {"sv": "ingen skillnad kunde påvisas", "en": "no difference was found"}[lang] not in text
    assert {"sv": "förenligt med data är allt från", "en": "compatible with the data is anything from"}[lang] in text
    covers = {
        "sv": "ett intervall som rymmer noll visar inte att skillnaden är noll",
        "en": "does not show that the difference is zero",
    }
    assert covers[lang] in text
