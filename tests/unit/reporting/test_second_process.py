"""A second process draws the same figures: byte for byte, and what it cannot draw is drawn, or fails, in the first."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

import pytest
from drawn_badly import broken, chatty, end

from effektutv.disclosure.protect import protect
from effektutv.reporting.build import build
from effektutv.reporting.figures.render import draw_one, write_figures
from effektutv.runtime.worker_process import Beside

pytestmark = pytest.mark.proof


@pytest.fixture
def document(made, tmp_path):
    """A report whose figures are drawn: one of each of three kinds is enough."""
    whole = build(protect(made.trial(tmp_path)), lang="sv", facts=made.facts)
    kinds = {f.draw.func: f for f in whole.figures}
    assert len(kinds) >= 3
    return with_figures(whole, list(kinds.values())[:3])


def drawn(document, folder, beside=None):
    folder.mkdir()
    write_figures(document, folder, beside)
    return {p.name: p.read_bytes() for p in sorted((folder / "figures").iterdir())}


class Counting(Beside):
    def __init__(self):
        super().__init__()
        self.asked = []

    def ask(self, work):
        self.asked.append(super().ask(work))
        return self.asked[-1]


def draw(beside, figure, stem):
    """Return whether a figure was drawn over there."""
    return beside.ask(partial(draw_one, figure, stem)) is not None


@pytest.mark.same_bytes
def test_same_bytes_with_one_process_or_two(document, tmp_path):
    with Counting() as two:
        assert drawn(document, tmp_path / "two", two) == drawn(document, tmp_path / "one")
    assert len(two.asked) >= 1
    assert all(done == (None,) for done in two.asked)


def test_the_second_process_alone_draws_the_same(document, tmp_path):
    one = drawn(document, tmp_path / "one")
    with Beside() as beside:
        for figure in document.figures:
            assert draw(beside, figure.draw, tmp_path / figure.key), figure.key
    for figure in document.figures:
        for suffix in ("svg", "png"):
            assert (tmp_path / f"{figure.key}.{suffix}").read_bytes() == one[f"{figure.key}.{suffix}"]


def test_what_cannot_be_sent_is_drawn_here(document, tmp_path):
    same = replace(document.figures[0], draw=lambda: document.figures[0].draw())
    with Beside() as beside:
        assert not draw(beside, same.draw, tmp_path / "a")
    only = with_figures(document, [same])
    with Beside() as beside:
        assert set(drawn(only, tmp_path / "x", beside)) == {f"{same.key}.{s}" for s in ("svg", "png", "csv", "txt")}


def with_figures(document, figures):
    return replace(document, sections=(replace(document.sections[0], blocks=tuple(figures)),))


def test_an_error_is_met_here_and_the_second_process_is_gone(document, tmp_path):
    figures = [replace(f, draw=broken) for f in document.figures[:2]]
    beside = Beside()
    process = beside._process
    with pytest.raises(ZeroDivisionError):
        drawn(with_figures(document, figures), tmp_path / "x", beside)
    assert process.poll() is not None


@pytest.mark.parametrize("figure", [end, broken])
def test_a_second_process_that_ended_draws_no_more(document, tmp_path, figure):
    with Beside() as beside:
        assert not draw(beside, figure, tmp_path / "a")
        assert not draw(beside, document.figures[0].draw, tmp_path / "b")
        one = drawn(document, tmp_path / "one", beside)
    assert one == drawn(document, tmp_path / "none")


def test_what_a_figure_prints_is_no_answer(tmp_path):
    with Beside() as beside:
        for i in range(3):
            assert draw(beside, chatty, tmp_path / f"{i}")
            assert (tmp_path / f"{i}.png").stat().st_size > 0


def test_where_no_process_can_be_started_all_is_drawn_here(document, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    with Beside() as beside:
        assert drawn(document, tmp_path / "a", beside)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with Beside() as beside:
        assert beside._process is None
