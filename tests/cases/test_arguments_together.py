"""PY04's kind: an argument that only means something with another is refused without it, in words that say what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv import i18n

G = np.random.default_rng(0)
N = 120
D = pd.DataFrame({
    "arm": ["A", "B", "C"] * (N // 3), "y": G.normal(50, 10, N), "b": G.integers(0, 2, N), "s": np.arange(N) // 3 % 4,
    "v": G.choice(["one", "two"], N), "x": G.normal(size=N), "p": 1 / 3, "t": G.integers(1, 9, N), "e": G.integers(0, 2, N),
})  # fmt: skip
K = {"arm": "arm", "control": "A"}
STRATA = {"strata": "s"}

ALONE = [
    # without by
    ("itt", {"outcome": "y", "modifiers": 3}, "modifiers: it is about subgroups"),
    ("itt", {"outcome": "y", "protocol": True}, "protocol: it is about subgroups"),
    ("itt", {"outcome": "y", "hypotheses": {"v": "larger"}}, "hypotheses: "),
    ("itt", {"outcome": "y", "prior_evidence": ["v"]}, "prior_evidence: "),
    ("itt", {"outcome": "y", "cut_points": {"v": "conventional"}}, "cut_points: "),
    ("itt", {"outcome": "y", "levels": {"v": ["one", "two"]}}, "levels: "),
    # without strata or covariates
    ("itt", {"outcome": "y", "weights": "pair"}, "weights: "),
    ("randomization_test", {"outcome": "y", "weights": "pair"}, "weights: "),
    ("ratios", {"outcome": "b", "weights": "pair"}, "weights: "),
    # without the estimator that reads it
    ("itt", {"outcome": "y", "covariates": ["x"], "estimator": "difference"}, "covariates: "),
    ("itt", {"outcome": "y", "covariates": ["x"], "estimator": "blocked", **STRATA}, "covariates: "),
    ("itt", {"outcome": "y", "probability": "p"}, "probability: "),
    ("itt", {"outcome": "y", "probability": "p", "estimator": "lin"}, "probability: "),
    ("itt", {"outcome": "y", "estimator": "blocked"}, "strata: "),
    ("itt", {"outcome": "y", "estimator": "ipw"}, "probability: "),
]


@pytest.mark.parametrize(("door", "given", "said"), ALONE, ids=lambda v: "-".join(v) if isinstance(v, dict) else str(v))
def test_an_argument_that_nothing_reads_is_refused(door, given, said):
    with pytest.raises(eu.ArgumentError, match=said):
        getattr(eu, door)(D, **given, **K)


def test_what_is_said_of_subgroups_is_taken_where_there_are_some():
    found = eu.itt(D, outcome="y", by="v", modifiers=3, protocol=True, **K)
    assert found.credibility.protocol


@pytest.mark.parametrize(
    ("label", "within"), [("Home language", "home language"), ("SFI pupils", "SFI pupils"), ("Kön", "kön"), ("", "")]
)
def test_a_label_within_a_sentence_keeps_its_abbreviations(label, within):
    assert i18n.in_sentence(label) == within


def test_only_the_first_letter_of_a_label_is_lowered():
    assert i18n.in_sentence("Year at KTH") == "year at KTH"
    assert i18n.in_sentence("Kön × Daglig verksamhet") == "kön × daglig verksamhet"
