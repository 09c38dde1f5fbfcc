"""What a session takes of the machine, how far it says it is, and that it can be interrupted."""

from __future__ import annotations

import signal
import threading
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from effektutv.errors import ArgumentError, ExtractError
from effektutv.registers.checks import keys
from effektutv.registers.engines import arrow_batches
from effektutv.registers.engines.duckdb import Engine, TooLittleMemoryError
from effektutv.registers.open_registers import open_registers
from effektutv.registers.read_progress import Reading, sizes_of
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.runtime.progress import Far
from effektutv.runtime.progress_bar import told
from effektutv.study import Register, Study

pytestmark = pytest.mark.proof

#: A table of some 140 MB, and a query that must hold all of its texts.
BIG = "CREATE TABLE big AS SELECT range AS x, 'P' || hash(range) AS who FROM range(4_000_000)"
ALL = "SELECT count(*), count(DISTINCT who), min(who), max(who) FROM big"


def test_what_does_not_fit_is_spilled_to_the_private_folder_and_counted(tmp_path):
    found = []
    for limit in ("100MB", None):
        with Engine(threads=1, memory_limit=limit, temporary_folder=tmp_path) as engine:
            engine.execute(BIG, what="test")
            found.append(engine.rows(ALL, what="test"))
            assert all(p.is_relative_to(engine.scratch) for p in tmp_path.rglob("*"))
            assert engine.scratch.stat().st_mode & 0o777 == 0o700
        taken = engine.taken
        assert (taken.threads, taken.temporary_bytes > 10_000_000) == (1, limit is not None)
        assert (taken.temporary_files > 0) == (limit is not None)
        if limit is not None:
            assert taken.memory_limit == "95.3 MiB"
    assert found[0] == found[1]
    assert list(tmp_path.iterdir()) == []


def test_too_little_memory_is_said_and_what_to_do():
    with Engine(threads=2, memory_limit="12MB") as engine:
        with pytest.raises(
            ArgumentError, match=r"memory_limit: a name: .*too little with 2 threads.*\[resources\]"
        ) as error:
            engine.execute("CREATE TABLE t AS SELECT list(range) AS all FROM range(5_000_000)", what="a name")
        assert error.value.__context__ is None


def batches(n):
    schema = pa.schema([("x", pa.int64()), ("who", pa.string())])
    made = (
        pa.record_batch([range(k, k + 1000), [f"P{i}" for i in range(k, k + 1000)]], schema=schema)
        for k in range(0, n, 1000)
    )
    return pa.RecordBatchReader.from_batches(schema, made)


def test_many_rows_lie_in_the_private_folder_and_few_in_memory(monkeypatch):
    monkeypatch.setattr(arrow_batches, "HELD", 100_000)
    monkeypatch.setattr(arrow_batches, "_PART", 1 << 40)
    told = "SELECT count(*), sum(x), count(DISTINCT who) FROM incoming"
    with Engine(threads=1) as engine:
        # each time another takes the place of the one before: few, many, many again, few
        for n, files in ((2000, 0), (50_000, 1), (60_000, 1), (3000, 0), (0, 0)):
            engine.register("incoming", batches(n))
            assert engine.rows(told, what="test") == [(n, n * (n - 1) // 2 if n else None, n)]
            assert len(list(engine.scratch.glob("*.parquet"))) == files
            assert engine.columns("incoming", what="test") == {"x": "BIGINT", "who": "VARCHAR"}
        engine.register("incoming", batches(7000).read_all())
        assert engine.rows(told, what="test")[0][0] == 7000


@pytest.mark.parametrize(
    ("limit", "held"), [("64.0 GiB", 1 << 30), ("198.3 MiB", 1 << 25), ("0 bytes", 1 << 25), ("1.5 TiB", 3 << 33)]
)
def test_an_engine_with_much_memory_holds_larger_files(limit, held):
    assert arrow_batches.held_of(limit) == held


def test_rows_of_a_query_come_in_batches_and_an_empty_one_has_its_columns():
    with Engine(threads=1) as engine:
        engine.execute(BIG, what="test")
        found = list(engine.batches("SELECT x, x * 2 AS y FROM big", what="test"))
        assert len(found) > 5
        assert sum(batch.num_rows for batch in found) == 4_000_000
        assert sum(pc.sum(batch.column("y")).as_py() or 0 for batch in found) == 4_000_000 * 3_999_999
        (empty,) = [b for b in engine.batches("SELECT x AS z FROM big WHERE x < 0", what="test") if not b.num_rows][:1]
        assert empty.schema.names == ["z"]


def test_a_query_that_fails_in_the_middle_of_its_rows_shows_no_value():
    fails = "SELECT CASE WHEN x < 3_900_000 THEN x ELSE CAST(who || 'SECRET' AS BIGINT) END AS y FROM big"
    with Engine(threads=1) as engine:
        engine.execute(BIG, what="test")
        with pytest.raises(ExtractError, match="a name: the engine could not") as caught:
            list(engine.batches(fails, what="a name"))
        error = caught.value
        while error is not None:
            assert "SECRET" not in str(error)
            error = error.__cause__ or error.__context__
        assert engine.rows("SELECT 1", what="test") == [(1,)]


def test_an_interruption_ends_a_query_that_would_go_on_for_hours():
    import polars as pl  # noqa: F401 - with it a wait that a signal interrupts begins again

    endless = "SELECT count(*) FROM range(3_000_000) a, range(3_000_000) b WHERE (a.range * b.range) % 7 = 3"
    with Engine(threads=1) as engine:
        timer = threading.Timer(0.4, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            engine.rows(endless, what="test")
        assert caught.value.__context__ is None
        # and the session can be used afterwards
        assert engine.rows("SELECT 1", what="test") == [(1,)]
        with pytest.raises(ExtractError, match="test: the engine"):
            engine.rows("SELECT no_such_column", what="test")


class Watcher:
    """A display that looks each time a step begins, and all the time besides."""

    def __init__(self):
        self.seen, self.look, self.ended = [], None, threading.Event()
        self.thread = threading.Thread(target=self.watching)

    def __call__(self, step):
        self.seen.append((step, self.look()))

    def watch(self, look):
        if look is None:
            self.ended.set()
            self.thread.join()
        self.look = look
        if look is not None:
            self.thread.start()

    def watching(self):
        while not self.ended.wait(0.001):
            self.seen.append(("", self.look()))


def test_how_far_the_reading_is_grows_from_nothing_to_all(demo):
    study = Study.from_toml(demo / "study.toml")
    watcher = Watcher()
    with Engine() as engine:
        open_registers(engine, study, watcher)
    steps = [(step, far) for step, far in watcher.seen if step]
    assert [step for step, _ in steps] == list(study.registers)
    shares = [far.share for _, far in steps]
    assert shares[0] == 0
    assert all(a < b for a, b in pairwise(shares[1:]))
    assert all(0 <= far.share <= 1 for _, far in watcher.seen)
    assert {far.unit for _, far in watcher.seen} == {"MB", "rows"}
    sizes = sizes_of(study)
    assert sizes["scb_lisa"] == sum(p.stat().st_size for p in (demo / "extracts").glob("Individ_*.csv"))


def test_a_share_of_registers_is_weighed_by_their_bytes(tmp_path):
    with Engine() as engine:
        reading = Reading(engine, {"a": 300, "b": 100})
        for name, share in (("a", 0.0), ("b", 0.75)):
            reading.begin(name)
            assert reading.far().share == share
            list(engine.counting(iter([(b"x" * 30, 1), (b"y" * 30, 2)])))
            size = {"a": 300, "b": 100}[name]
            assert reading.far().share == pytest.approx(share + 0.6 * 60 / size * size / 400)
            reading.checks(10)
            far = reading.far()
            assert far.share == pytest.approx(share + 0.6 * {"a": 0.75, "b": 0.25}[name])
            assert (far.done, far.of, far.unit) == (0, 10, "rows")


@pytest.mark.parametrize(
    ("far", "elapsed", "words"),
    [
        (Far(share=0.25, done=5_000_000, of=20_000_000), 30.0, "5,000,000 of 20,000,000 rows, about 1:30 left"),
        (Far(share=0.5, done=3, of=7, unit="MB"), 1.0, "3 of 7 MB"),
        (Far(share=0.01, done=3, of=7), 100.0, "3 of 7 rows"),
        (Far(share=1.0), 10.0, "about 0:00 left"),
        (Far(share=0.0), 10.0, ""),
    ],
)
def test_words_of_how_far_it_is(far, elapsed, words):
    assert told(far, elapsed) == words


def test_keys_that_do_not_fit_together_are_looked_at_in_parts(monkeypatch, tmp_path):
    whole, parts = keys._repeated_in, []

    def narrow(engine, extract, columns, part="TRUE"):
        parts.append(part)
        if part == "TRUE":
            raise TooLittleMemoryError("memory_limit: too little")
        return whole(engine, extract, columns, part)

    schema = load_schema("scb_lisa")
    others = [f.name for f in schema.fields if f.required and f.column not in schema.primary_key]
    rows = "".join(f"P{i % 700};2015{';1' * len(others)}\n" for i in range(1000))
    (tmp_path / "Individ_2015.csv").write_text(f"LopNr;Ar;{';'.join(others)}\n{rows}", encoding="utf-8")
    with Engine() as engine:
        extract = open_extract(engine, schema, Register(path="Individ_2015.csv"), tmp_path, "test")
        (together,) = keys.check_keys(engine, extract, 1000)
        monkeypatch.setattr(keys, "_repeated_in", narrow)
        assert keys.check_keys(engine, extract, 1000) == [together]
    assert together.rows_failing == 300
    assert len(parts) == 1 + keys._PARTS == len(set(parts))
