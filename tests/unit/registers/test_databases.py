"""Databases without one: what is asked of a driver, and what is said when it refuses. One that runs: test_deliveries."""

from __future__ import annotations

import random
import sys
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import effektutv as eu
from effektutv.errors import StudyError
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources import odbc, odbc_fetch
from effektutv.registers.sources.odbc import Connection, Database, Table, connection_of
from effektutv.registers.sources.odbc_fetch import fetch_tables
from effektutv.registers.sources.open_extract import open_extract
from effektutv.registers.sources.refuse_identity import refuse_identity_numbers
from effektutv.study import Register, Study

SECRET = "SECRET4711"
#: Nobody's: the number of examples, Tolvan Tolvansson's.
NUMBER = "121212-1212"
HERE = Connection(name="register", where="study.toml, line 3", string=f"Server=s;Pwd={SECRET}")
STUDY = """
[study]
name = "t"
title = {{ sv = "t", en = "t" }}

[[arms]]
code = "A"
control = true
label = {{ sv = "A", en = "A" }}

[[arms]]
code = "B"
label = {{ sv = "B", en = "B" }}

[databases.register]
connection = '{connection}'

[registers.assignment]
database = "register"
table = "lottning"

[registers.studier]
path = "studier.csv"

[[outcomes]]
name = "o"
label = {{ sv = "o", en = "o" }}
state = "studies"
month = 15
"""


@pytest.fixture
def reached(tmp_path, monkeypatch):
    """The connection string that a study's becomes."""
    monkeypatch.setenv("PLAIN", "abc123")
    monkeypatch.setenv("ODD", "a;b}c=d")
    monkeypatch.setenv("BRACED", "{a;b}")
    monkeypatch.setenv("WHOLE", "Driver={X};Pwd=p")
    monkeypatch.delenv("GONE", raising=False)

    def of(connection, register="assignment"):
        (tmp_path / "study.toml").write_text(STUDY.format(connection=connection), encoding="utf-8")
        study = Study.from_toml(tmp_path / "study.toml")
        return connection_of(study, study.registers[register])

    return of


@pytest.mark.parametrize(
    ("written", "string"),
    [
        ("Driver={PostgreSQL Unicode};Server=s;Pwd=${PLAIN}", "Driver={PostgreSQL Unicode};Server=s;Pwd=abc123"),
        ("Server=s;Pwd=${ODD};Uid=u", "Server=s;Pwd={a;b}}c=d};Uid=u"),
        ("Pwd=${BRACED}", "Pwd={a;b}"),
        ("${WHOLE}", "Driver={X};Pwd=p"),
        ("Server=host-${PLAIN}.se", "Server=host-abc123.se"),
    ],
)
def test_environment_variables_in_a_connection(reached, written, string):
    found = reached(written)
    assert found.string == string
    assert string not in repr(found)
    assert found.where == "study.toml, line 16"


def test_a_variable_that_is_not_set_is_named(reached):
    with pytest.raises(StudyError, match=r"study\.toml, line 16: the environment variable GONE is not set") as caught:
        reached("Server=s;Uid=${PLAIN};Pwd=${GONE}")
    assert "abc123" not in str(caught.value)
    assert reached("Pwd=${PLAIN}", "studier") is None


TABLES = [
    Table(catalog="reg", schema="dbo", name="P1105_LISA_2014"),
    Table(catalog="reg", schema="dbo", name="P1105_LISA_2015"),
    Table(catalog="reg", schema="dbo", name="P1105_LISAX"),
    Table(catalog="reg", schema="old", name="P1105_LISA_2014"),
    Table(catalog="reg", schema="dbo", name="a.b[c]+"),
]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("dbo.P1105_LISA_*", [0, 1]), ("DBO.p1105_lisa_*", [0, 1]), ("P1105_LISA_2014", [0, 3]), ("*lisa*", [0, 1, 2, 3]),
        ("reg.dbo.*2015", [1]), ("P1105_LISA_201?", [0, 1, 3]), ("lisa", []), ("P1105.LISA_2014", []), ("other.*", []),
    ],
)  # fmt: skip
def test_which_tables_a_pattern_matches(pattern, names):
    assert odbc_fetch._matching(TABLES, pattern) == [TABLES[i] for i in names]


def test_only_stars_and_question_marks_mean_something():
    assert odbc_fetch._matching(TABLES, "dbo.a.b[c]+") == [TABLES[4]]
    assert odbc_fetch._matching([Table(catalog="", schema="x", name="aab")], "x.a+b") == []


class Driver:
    """Stands in for arrow-odbc and a SQL Server behind it; keeps every query."""

    def __init__(self, monkeypatch, quote="[", refuses=""):
        self.queries = []
        self.refuses = refuses
        self.quote = quote
        self.held, self.seldom, self.many = "x", None, 20_000
        self.rows = pa.record_batch(
            {
                "LopNr": pa.array([1, 2, 3]), "from": pa.array([0, 1, None], pa.date32()),
                "slag": ["annan", SECRET, ""], "tom": pa.array([None, None, "12.50"]),
            }
        )  # fmt: skip
        module = ModuleType("arrow_odbc")
        module.Error = type("Error", (Exception,), {})
        module.connect = self.connect
        self.error = module.Error
        monkeypatch.setitem(sys.modules, "arrow_odbc", module)

    def connect(self, string, **how):
        assert string == HERE.string
        self.fail("connect")
        return self

    def fail(self, where):
        if self.refuses.startswith(where):
            raise self.error(
                f"State: {self.refuses.removeprefix(where)}, Native error: 1, Message: {SECRET} {HERE.string}"
            )

    def read_arrow_batches(self, sql, parameters=None, map_schema=None, **how):
        self.queries.append(sql)
        if sql.startswith("SELECT 1"):
            if f" {self.quote}a" not in sql:
                raise self.error("syntax error")
            return iter([pa.record_batch({"a": [1]})])
        if "INFORMATION_SCHEMA.TABLES" in sql:
            self.fail("catalogue")
            names = ["studier", "sys_a", "secret_register"]
            return iter([pa.record_batch([["r"] * 3, ["dbo", "sys", "dbo"], names], ["a", "b", "c"])])
        if "INFORMATION_SCHEMA.COLUMNS" in sql:
            assert parameters == ["dbo", "studier"]
            names = ["P1_LopNr", "from", "to]m", "TOM", "SLAG", "pnr", "bild", "dag", "num"]
            kinds = ["int", "datetime", "nvarchar", "numeric", "varchar", "text", "varbinary", "date", "bigint"]
            return iter([pa.record_batch([names, kinds], ["c", "d"])])
        if " c0" in sql:
            self.fail("undeclared")
            return self.sample(sql, map_schema)
        self.fail("query")
        kinds = map_schema(
            pa.schema([("a", pa.float32()), ("b", pa.timestamp("ns")), ("c", pa.decimal128(9, 2)), ("d", pa.string())])
        )
        assert kinds.types == [pa.float64(), pa.timestamp("us"), pa.string(), pa.string()]
        return self.Reader(kinds, self)

    def sample(self, sql, map_schema):
        """The undeclared columns: to]m is empty but for one row, which only the second query meets."""
        first = "WHERE" not in sql
        columns = {
            "c0": pa.array([None] * self.many if first else [self.seldom], pa.string()),
            "c1": pa.array([self.held] * (self.many if first else 0), pa.string()),
            "c2": pa.array(range(self.many if first else 0), pa.int64()),
        }
        wanted = [c for c in columns if f" {c}" in sql]
        table = pa.table(
            [columns[c] for c in wanted], schema=map_schema(pa.schema([(c, columns[c].type) for c in wanted]))
        )
        return table.to_reader()

    class Reader:
        def __init__(self, schema, driver):
            self.schema, self.driver, self.given = schema, driver, 0

        def __next__(self):
            if self.given == 2:
                raise StopIteration
            if self.given == 1:
                self.driver.fail("fetch")
            self.given += 1
            return pa.record_batch(
                [pa.array([1.0]), pa.array([0], pa.timestamp("us")), pa.array([".50"]), pa.array(["annan"])],
                schema=self.schema,
            )


def fetch(folder, table="studier"):
    register = Register(database="register", table=table)
    return fetch_tables(Database(HERE), load_schema("studier"), register, folder, "study.toml, line 9")


@pytest.mark.parametrize(
    ("quote", "selected"),
    [
        ("[", "SELECT [P1_LopNr], [from], [TOM], [SLAG] FROM [dbo].[studier]"),
        ("`", "SELECT `P1_LopNr`, `from`, `TOM`, `SLAG` FROM `dbo`.`studier`"),
        ('"', 'SELECT "P1_LopNr", "from", "TOM", "SLAG" FROM "dbo"."studier"'),
    ],
)
def test_one_query_a_table_of_the_declared_columns_alone(monkeypatch, tmp_path, quote, selected):
    driver = Driver(monkeypatch, quote)
    (table,) = fetch(tmp_path)
    asked = [q for q in driver.queries if "INFORMATION_SCHEMA" not in q and "SELECT 1" not in q]
    assert asked[0] == selected
    assert all(" c0" in q for q in asked[1:])
    assert (table.name, table.rows, table.ignored) == ("studier", 2, 5)
    assert pq.read_table(table.path).to_pydict()["TOM"] == ["0.5", "0.5"]


@pytest.mark.parametrize(
    ("quote", "first", "again"),
    [
        ("[",
         "SELECT TOP (20000) CAST([to]]m] AS NVARCHAR(64)) AS c0, CAST([pnr] AS NVARCHAR(64)) AS c1, [num] AS c2 "
         "FROM [dbo].[studier]",
         "SELECT TOP (20000) CAST([to]]m] AS NVARCHAR(64)) AS c0 FROM [dbo].[studier] WHERE [to]]m] IS NOT NULL"),
        ("`",
         "SELECT CAST(`to]m` AS CHAR(64)) AS c0, CAST(`pnr` AS CHAR(64)) AS c1, `num` AS c2 FROM `dbo`.`studier` LIMIT 20000",
         "SELECT CAST(`to]m` AS CHAR(64)) AS c0 FROM `dbo`.`studier` WHERE `to]m` IS NOT NULL LIMIT 20000"),
        ('"',
         'SELECT CAST("to]m" AS VARCHAR(64)) AS c0, CAST("pnr" AS VARCHAR(64)) AS c1, "num" AS c2 FROM "dbo"."studier" '
         "FETCH FIRST 20000 ROWS ONLY",
         'SELECT CAST("to]m" AS VARCHAR(64)) AS c0 FROM "dbo"."studier" WHERE "to]m" IS NOT NULL FETCH FIRST 20000 ROWS ONLY'),
    ],
)  # fmt: skip
def test_undeclared_columns_are_asked_for_by_their_first_rows(monkeypatch, tmp_path, quote, first, again):
    driver = Driver(monkeypatch, quote)
    fetch(tmp_path)
    # neither days nor bytes; and once more what is empty there
    assert [q for q in driver.queries if " c0" in q] == [first, again]
    driver = Driver(monkeypatch, quote)
    driver.many = 19_999
    fetch(tmp_path)
    assert [q for q in driver.queries if " c0" in q] == [first]


def looked_at(tmp_path):
    """Open the register and look for identity numbers, as a run does."""
    with Engine() as engine:
        register = Register(database="register", table="studier")
        extract = open_extract(
            engine, load_schema("studier"), register, tmp_path, "study.toml, line 9", database=Database(HERE)
        )
        refuse_identity_numbers(engine, extract)
        return extract


@pytest.mark.parametrize("where", ["held", "seldom"])
def test_identity_numbers_in_undeclared_columns_stop_the_run(monkeypatch, tmp_path, where):
    driver = Driver(monkeypatch)
    assert looked_at(tmp_path).ignored == 5
    setattr(driver, where, NUMBER)
    with pytest.raises(
        eu.ExtractError, match="studier: a column that the register's declaration does not know looks"
    ) as caught:
        looked_at(tmp_path)
    assert NUMBER not in str(caught.value)


def test_undeclared_columns_that_a_driver_refuses(monkeypatch, tmp_path):
    Driver(monkeypatch, refuses="undeclared42501")
    with pytest.raises(
        eu.ExtractError, match=r"does not know: table studier: the driver refuses \(state 42501\)"
    ) as caught:
        fetch(tmp_path)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_identifiers_are_quoted_by_doubling(monkeypatch):
    Driver(monkeypatch, "[")
    assert Database(HERE).quoted("a]; DROP TABLE x--") == "[a]]; DROP TABLE x--]"
    Driver(monkeypatch, '"')
    assert Database(HERE).quoted('a"b]') == '"a""b]"'


@pytest.mark.parametrize(
    ("refuses", "kind", "said"),
    [
        ("connectIM002", eu.StudyError, r"study\.toml, line 3: the database register .*IM002.*no such driver or data source"),
        ("connect01000", eu.StudyError, "odbcinst -q -d"),
        ("connect28000", eu.StudyError, "it refuses the user or the password"),
        ("connect08001", eu.ExtractError, "check that it runs, its address, the user and the password"),
        ("connect?", eu.ExtractError, r"cannot be connected to \(ODBC state none\)"),
        ("catalogue42000", eu.ExtractError, r"database register: its catalogue cannot be read; .* \(state 42000\)"),
        ("query42501", eu.ExtractError, r"studier: table studier: the driver refuses \(state 42501\)"),
        ("fetch22018", eu.ExtractError, r"studier: table studier: the driver refuses \(state 22018\)"),
    ],
)  # fmt: skip
def test_what_a_driver_says_is_not_repeated(monkeypatch, tmp_path, refuses, kind, said):
    Driver(monkeypatch, refuses=refuses)
    with pytest.raises(kind, match=said) as caught:
        fetch(tmp_path)
    error: BaseException | None = caught.value
    assert error.__context__ is None
    assert SECRET not in str(error)
    assert error.exit_code == (2 if kind is eu.StudyError else 3)


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "arrow_odbc", None)
    with pytest.raises(eu.StudyError, match=r"pip install 'effektutv\[odbc\]'.*apt-get install unixodbc") as caught:
        Database(HERE)
    assert caught.value.__context__ is None


def digest(rows, sizes, names=("a", "b")):
    out = odbc_fetch._Digest(names)
    start = 0
    for size in sizes:
        part = rows[start : start + size]
        out.add([pa.array([r[0] for r in part], pa.string()), pa.array([r[1] for r in part], pa.int64())])
        start += size
    assert start == len(rows)
    return out.hexdigest(len(rows))


ROWS = [("x", 1), ("x", 1), (None, 2), ("", None), ("y,1:z", 3), ("åäö", -1)]


def test_a_digest_depends_on_neither_order_nor_batches():
    whole = digest(ROWS, [6])
    assert digest(ROWS, [1, 0, 2, 3]) == whole
    generator = random.Random(1)
    assert {digest(generator.sample(ROWS, 6), [2, 4]) for _ in range(20)} == {whole}


@pytest.mark.parametrize(
    "other",
    [
        ROWS[1:], [*ROWS, ROWS[0]], [("x", 1), ("x", 2), *ROWS[2:]], [*ROWS[:2], ("", 2), (None, None), *ROWS[4:]],
        [*ROWS[:4], ("y", 1), *ROWS[5:]],
    ],
)  # fmt: skip
def test_a_digest_depends_on_every_value_and_row(other):
    assert digest(other, [len(other)]) != digest(ROWS, [6])
    assert digest(ROWS, [6], ("a", "c")) != digest(ROWS, [6])


def test_a_digest_is_what_its_docs_say():
    from hashlib import sha256

    each = [b"1:x,1:1", b"1:x,1:1", b"-,1:2", b"0:,-", b"5:y,1:z,1:3", "6:åäö,2:-1".encode()]
    total = sum(int.from_bytes(sha256(e).digest(), "big") for e in each) % 2**256
    assert digest(ROWS, [6]) == sha256(b"a,b\n6\n" + total.to_bytes(32, "big")).hexdigest()


def test_decimals_are_written_alike():
    given = [".5", "-.50", "12.00", "100", "-0.10", None, "12345678901234567890.10", "0"]
    batch = pa.record_batch({"a": given, "b": given})
    out = odbc._plain_decimals(batch, [0]).to_pydict()
    assert out["a"] == ["0.5", "-0.5", "12", "100", "-0.1", None, "12345678901234567890.1", "0"]
    assert out["b"] == given
