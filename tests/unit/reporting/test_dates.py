"""The date of a report's files comes from the environment or from the data, never from a clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from effektutv.disclosure.protect import protect
from effektutv.errors import ArgumentError
from effektutv.reporting import build
from effektutv.reporting.provenance.source_date import FORMAT_EPOCH, dated


def built(made, inputs):
    return build.build(protect(inputs), lang="sv", facts=made.facts)


def test_the_date_of_the_data(made, tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    inputs = made.trial(tmp_path)
    assert dated(built(made, inputs)) == FORMAT_EPOCH
    delivered = replace(inputs, quality=replace(inputs.quality, delivered=date(2026, 11, 21)))
    assert dated(built(made, delivered)) == datetime(2026, 11, 21, tzinfo=UTC)
    early = replace(inputs, quality=replace(inputs.quality, delivered=date(1975, 1, 1)))
    assert dated(built(made, early)) == FORMAT_EPOCH


def test_the_environment_comes_first(made, tmp_path, monkeypatch):
    doc = built(made, made.trial(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert dated(doc) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert dated(doc) == FORMAT_EPOCH
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "99999999999")
    assert dated(doc).year == 5138


@pytest.mark.parametrize("given", ["now", "1.5", "-1", " 1", "²", "999999999999"])
def test_a_date_that_is_none(made, tmp_path, monkeypatch, given):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    with pytest.raises(ArgumentError, match="SOURCE_DATE_EPOCH: got"):
        dated(built(made, made.trial(tmp_path)))
