"""Text files in the forms that they are delivered in: read as they are meant, or refused without a value."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import random
from datetime import date

import pytest

import effektutv as eu
from effektutv.registers.checks.run_checks import check_extract
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources import text as text_source
from effektutv.registers.sources import text_scan
from effektutv.registers.sources.file_discovery import files_of
from effektutv.registers.sources.open_extract import open_extract
from effektutv.study import Register

SECRET = "SECRET4711"
SPELLS = "LopNr;inskadm;utskadm;skat\n"
MONEY = "LopNr;insats;from;tom;omfattning;bidrag\n"


@pytest.fixture
def engine():
    with Engine(threads=2) as session:
        yield session


@pytest.fixture
def opened(engine, tmp_path):
    """Write bytes as one extract and open it."""

    def open_(data: bytes | str, schema="af_sokandekategori", name="extract.csv", **options):
        engine.execute(f'DROP VIEW IF EXISTS "{schema}"', what="test")
        (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
        return open_extract(engine, load_schema(schema), Register(path=name, **options), tmp_path, "study.toml, line 1")

    return open_


@pytest.fixture
def refused(opened):
    """Open what must be refused; return the message, after looking for values in all that travels with it."""

    def open_(data, *args, **options):
        with pytest.raises((eu.ExtractError, eu.StudyError)) as caught:
            opened(data, *args, **options)
        error: BaseException | None = caught.value
        while error is not None:
            assert SECRET not in str(error)
            error = error.__context__ or error.__cause__
        return str(caught.value)

    return open_


def rows(engine, extract, columns="*"):
    return engine.rows(f'SELECT {columns} FROM "{extract.table}" ORDER BY ALL', what="test")


def failing(engine, extract):
    return {f.column: f.rows_failing for f in check_extract(engine, extract)[1] if f.rule.startswith("type")}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_with_its_mark_is_read(engine, opened, encoding):
    mark = "" if encoding == "utf-16" else "\ufeff"
    extract = opened(f"{mark}LopNr;Våg;kommentar\r\nA;1;å – €\r\n".encode(encoding), schema="deltagarenkat")
    assert rows(engine, extract, "vag, kommentar") == [(1, "å – €")]
    assert extract.forms[0].encoding == "utf-16"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
        ("utf-16", "utf-16"),
    ],
)  # fmt: skip
def test_utf16_that_is_declared_is_read_without_its_mark(engine, opened, encoding, declared, packed):
    data = f"LopNr;Våg;kommentar\r\nA;1;å – €\r\nB;2;{'ö' * 3000}\r\n".encode(encoding)
    extract = opened(
        gzip.compress(data) if packed else data,
        schema="deltagarenkat",
        name="extract.csv.gz" if packed else "extract.csv",
        encoding=declared,
    )
    assert rows(engine, extract, "vag, kommentar") == [(1, "å – €"), (2, "ö" * 3000)]
    assert (extract.forms[0].encoding, extract.rows) == ("utf-16", 2)


@pytest.mark.parametrize(
    ("data", "declared", "message"),
    [
        ("LopNr;Våg\nå;1\n".encode(), "cp1252", "declared as cp1252 but is utf-8"),
        ("LopNr;Våg\nå–;1\n".encode("cp1252"), "utf-8", "declared as utf-8 but is not"),
        ("LopNr;Våg\nå;1\n".encode("cp1252"), "utf-8", "declared as utf-8 but is not"),
        ("LopNr;Våg\nå;1\n".encode("utf-16"), "utf-8", "but is UTF-16"),
        ("LopNr;Våg\nA;1\nB".encode("utf-16")[:-1], None, "begins as UTF-16 but is not"),
        ("LopNr;Våg\nå;1\n".encode("utf-16-le"), None, "NUL"),
        ("LopNr;Våg\nå;1\n".encode("utf-16-le"), None, "declare encoding = 'utf-16'"),
        ("LopNr;Våg\nå;1\n".encode("utf-16-le"), "cp1252", "NUL"),
        ("LopNr;Våg\nå;1\n".encode("utf-16-le"), "utf-16-be", "declared as utf-16-be but is utf-16-le"),
        ("\ufeffLopNr;Våg\nå;1\n".encode("utf-16-be"), "utf-16-le", "declared as utf-16-le but is utf-16-be"),
        ("LopNr;Våg\nå;1\n".encode(), "utf-16", "declared as utf-16 but is not UTF-16"),
        ("LopNr;Våg\nA;1\nB".encode("utf-16-be")[:-1], "utf-16", "as UTF-16 but is not"),
        (b"LopNr;vag\n\x81;1\n", None, "neither UTF-8 nor cp1252"),
        ("LopNr;Våg\nä;1\n".encode() + "å;1\n".encode("cp1252"), None, "holds both UTF-8 and cp1252"),
        (b"PK\x03\x04" + b"x" * 100, None, "ZIP archive or a workbook"),
    ],
)
def test_encodings_that_are_in_doubt(refused, data, declared, message):
    assert message in refused(data, schema="deltagarenkat", encoding=declared)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04", "a workbook; deliver the text file itself, from Excel as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older Excel, or one with a password"),
        (bz2.compress(b"LopNr;vag\n"), "packed by bzip2; unpack it"),
        (lzma.compress(b"LopNr;vag\n"), "packed by xz; unpack it"),
        (b"PAR1", "a Parquet file; give it the ending of its format"),
        (
            gzip.compress(b"PAR1" + bytes(50), mtime=0),
            "a Parquet file; give it the ending of its format, not packed by gzip",
        ),
        (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", "a SAS file"),
        (b"<stata_dta><header>", "a Stata file"),
        (gzip.compress(b"RDX3\n", mtime=0), "an R object"),
    ],
)
def test_what_is_no_text_is_named(refused, data, message):
    assert message in refused(data + b"x" * 100 if data[:2] != b"\x1f\x8b" else data, schema="deltagarenkat")


def test_a_line_before_the_header_is_suspected(refused):
    for line in ("sep=;", "Utdrag ur registret"):
        assert "nothing stands before the header, as a title" in refused(
            f"{line}\nLopNr;Våg\nA;1\n", schema="deltagarenkat"
        )
    assert "before the header" not in refused("LopNr;Vag2\nA;1\n", schema="deltagarenkat")


def test_what_is_declared_and_true_is_read(engine, opened):
    for encoding, declared in (("cp1252", "cp1252"), ("cp1252", "latin-1"), ("utf-8", "utf-8")):
        extract = opened("LopNr;Våg;kommentar\nA;1;Åå–\n".encode(encoding), "deltagarenkat", encoding=declared)
        assert rows(engine, extract, "kommentar") == [("Åå–",)]


def test_every_character_of_cp1252(engine, opened):
    letters = [bytes([b]).decode("cp1252") for b in range(0x80, 0x100) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)]
    text = "LopNr;vag;kommentar\n" + "".join(f"A{i};1;x{c}y{c}\n" for i, c in enumerate(letters))
    extract = opened(text.encode("cp1252"), "deltagarenkat")
    assert {r[0] for r in rows(engine, extract, "kommentar")} == {f"x{c}y{c}".rstrip("\u00a0") for c in letters}


@pytest.mark.parametrize(
    "name",
    [
        "Individ_2014.csv.gz",
        "Individ_2014.TXT.GZ",
        "P2010_Individ_2014",
        "20190301_Individ_2014.txt",
        "01022016_Individ_2014.txt",
    ],
)
def test_packed_files_and_years_in_names(engine, opened, name):
    text = b"LopNr;Kon;FodelseAr\nA;1;1990\n"
    extract = opened(gzip.compress(text) if name.lower().endswith("gz") else text, "scb_lisa", name)
    assert rows(engine, extract, "lopnr, ar") == [("A", 2014)]


def test_a_name_that_tells_two_years_is_refused(refused):
    assert "name tells several" in refused("LopNr;Kon;FodelseAr\nA;1;1990\n", "scb_lisa", "Individ_2014_2015.csv")


@pytest.mark.parametrize("cut", [12, -1, -8, -9])
def test_a_packed_file_that_is_cut_off(refused, cut):
    text = (SPELLS + f"{SECRET};2015-01-01;;42\n" * 99).encode()
    assert "cut off or damaged" in refused(gzip.compress(text)[:cut], name="x.csv.gz")


def test_a_damaged_packed_file(refused):
    packed = bytearray(gzip.compress((SPELLS + f"{SECRET};2015-01-01;;42\n" * 99).encode()))
    packed[-6] ^= 0xFF
    assert "cut off or damaged" in refused(bytes(packed), name="x.csv.gz")


LINES = [SPELLS.strip(), "A;2015-01-01;;42", "B;2015-01-02;;31", "C;2015-01-03;;31"]


@pytest.mark.parametrize(
    "data",
    [
        "\r".join(LINES) + "\r",
        "\r\n".join(LINES),
        LINES[0] + "\r\n" + LINES[1] + "\n" + LINES[2] + "\r\n" + LINES[3] + "\n",
        "\n\r\n" + "\n\n".join(LINES) + "\n\r\n\n",
        "\r\n\r\n".join(LINES) + "\r\n\r\n",
        "\n".join(f'"{line}"'.replace(";", '";"') for line in LINES) + "\n\n",
    ],
)
def test_line_ends_and_blank_lines(engine, opened, data):
    extract = opened(data)
    assert [r[0] for r in rows(engine, extract, "lopnr")] == ["A", "B", "C"]
    assert extract.truncated == (not data.endswith(("\n", "\r")))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"{SECRET};2015-01-01;;42\rB;2015-01-01;;42\nC;2015-01-01;;42\n", "line ends are mixed"),
        (f"{SECRET};2015-01-01;\r;42\n", "as many columns"),
        (f'{SECRET}";2015-01-01;;42\nB";2015-01-01;;42\n', "quotation mark"),
        (f'"{SECRET}"x;2015-01-01;;42\n', "quotation mark"),
        (f'A;2015-01-01;;42\n"{SECRET};2015-01-01;;42\nB;2015-01-01;;42\n', "quotation mark"),
        (f"{SECRET};2015-01-01;;42\n   \n", "as many columns"),
        (f"{SECRET};2015-01-01;;\x0042\n", "NUL"),
    ],
)
def test_rows_that_would_be_lost_or_torn(refused, body, message):
    assert message in refused(SPELLS + body)


def test_a_cell_of_a_megabyte(engine, opened):
    long = "x\n" * (1 << 19)
    extract = opened(f'LopNr;vag;kommentar\nA;1;"{long}y"\nB;1;z\n', "deltagarenkat")
    assert rows(engine, extract, "lopnr, length(kommentar)") == [("A", len(long) + 1), ("B", 1)]


def test_a_quotation_mark_that_swallows_the_file(refused, monkeypatch):
    monkeypatch.setattr(text_scan, "_LONGEST_ROW", 1 << 12)
    monkeypatch.setattr(text_scan, "_CHUNK", 1 << 10)
    assert "a row is longer" in refused(SPELLS + f'"{SECRET};2015-01-01;;42\n' + "B;2015-01-01;;42\n" * 1000)


@pytest.mark.parametrize("chunk", [16, 61, 256, 1 << 20])
def test_any_cut_gives_the_rows_of_the_csv_module(engine, opened, monkeypatch, chunk):
    monkeypatch.setattr(text_scan, "_CHUNK", chunk)
    draw = random.Random(chunk)
    pieces = ["å", "ö", "–", "\n", "\r\n", ";", '"', '""', "x", "lång text ", " "]
    table = [
        (f"P{i}", str(draw.randrange(9)), "".join(draw.choices(pieces, k=draw.randrange(9))))
        for i in range(draw.randrange(50, 400))
    ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([("LopNr", "vag", "kommentar"), *table])
    got = rows(engine, opened(text.getvalue().encode("cp1252"), "deltagarenkat"), "lopnr, vag, kommentar")
    assert got == sorted((p, int(v), c.strip() or None) for p, v, c in table)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20150201", "%Y%m%d"),
        ("01.02.2015", "%d.%m.%Y"),
        ("01/02/2015", "%d/%m/%Y"),
        ("01-02-2015", "%d-%m-%Y"),
        ("2015-02-01", "%Y-%m-%d"),
        ("2015-02-01 00:00:00", "%Y-%m-%d"),
        ("2015-02-01T00:00:00.000", "%Y-%m-%d"),
        ("01.02.2015 00:00", "%d.%m.%Y"),
    ],
)
def test_dates_in_every_layout(engine, opened, text, expected):
    later = (
        text.replace("2015", "2016").replace("01", "28", 1) if "%d" in expected[:2] else text.replace("2015", "2016")
    )
    extract = opened(SPELLS + f"A;{text};;42\nB;{later};;42\n")
    got = rows(engine, extract, "lopnr, inskadm")
    assert got[0] == ("A", date(2015, 2, 1))
    assert failing(engine, extract) == {}
    assert dict(extract.forms[0].dates)["inskadm"] == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("03/04/2015", "05/06/2015"), "can be read as days first or months first"),
        (("03/04/2015", "05/28/2015"), "can be read as months first"),
        (("28/04/2015", "05/28/2015"), "some days first and some months first"),
        (("150201", "150301"), "years have two digits"),
        (("15-02-01", "15-03-01"), "years have two digits"),
        (("01/02/15", "03/02/15"), "years have two digits"),
    ],
)
def test_dates_that_could_be_others_are_not_guessed(refused, values, message):
    text = refused(SPELLS + "".join(f"{SECRET};{v};;42\n" for v in values))
    assert message in text
    assert "column inskadm" in text
    assert values[0] not in text


def test_a_declared_date_format_decides(engine, opened, refused):
    ambiguous = SPELLS + "A;03/04/2015;;42\n"
    for declared, day in (("%d/%m/%Y", date(2015, 4, 3)), ("%m/%d/%Y", date(2015, 3, 4))):
        assert rows(engine, opened(ambiguous, date_format=declared), "inskadm") == [(day,)]
    assert "fits no value" in refused(ambiguous, date_format="%Y%m%d")
    extract = opened(SPELLS + "A;28/04/2015;;42\nB;2015-01-01;;42\n", date_format="%d/%m/%Y")
    assert failing(engine, extract) == {"inskadm": 1}
    for wrong in ("%y%m%d", "%d/%m", "%d %b %Y", "%Y%m%d%d"):
        assert "cannot be used" in refused(ambiguous, date_format=wrong)


@pytest.mark.parametrize(
    ("values", "expected", "mark"),
    [
        (("50,5", "12"), [12.0, 50.5], ","),
        (("50.5", "12"), [12.0, 50.5], "."),
        (("1234,500", "12"), [12.0, 1234.5], ","),
        (("0,500", "12"), [0.5, 12.0], ","),
        (("0.500", "1.234"), [0.5, 1.234], "."),
        (("-0,25", "+3,5"), [-0.25, 3.5], ","),
    ],
)
def test_decimal_marks(engine, opened, values, expected, mark):
    extract = opened(MONEY + "".join(f"A;42;2015-01-01;;50;{v}\n" for v in values), "af_beslut")
    assert [r[0] for r in rows(engine, extract, "bidrag")] == expected
    assert dict(extract.forms[0].decimals) == {"bidrag": mark}


@pytest.mark.parametrize("value", ["1.234", "12,345"])
def test_a_mark_that_may_stand_between_thousands_is_not_guessed(engine, opened, refused, value):
    text = MONEY + f"{SECRET};42;2015-01-01;;50;{value}\n"
    message = refused(text, "af_beslut")
    assert "column bidrag" in message
    assert value not in message
    declared = "." if "." in value else ","
    got = rows(engine, opened(text, "af_beslut", decimal=declared), "bidrag")
    assert got == [(float(value.replace(",", ".")),)]


def test_a_declared_decimal_mark_that_does_not_fit(refused):
    assert "numbers are written with '.'" in refused(MONEY + "A;42;2015-01-01;;50;0.5\n", "af_beslut", decimal=",")


@pytest.mark.parametrize(
    "bad", ["2.0", "1e3", "0x1F", "1 000", "1_0", "--1", "+", "9007199254740993", "9" * 30, "٣", "½", "1,"]
)
def test_odd_whole_numbers_are_counted(engine, opened, bad):
    extract = opened(f"LopNr;vag;halsa\nA;1;{bad}\nB;1;+4\nC;1;004\nD;1;\n", "deltagarenkat")
    assert failing(engine, extract) == {"halsa": 1}
    assert rows(engine, extract, "lopnr, halsa") == [("A", None), ("B", 4), ("C", 4), ("D", None)]


@pytest.mark.parametrize(
    "bad", ["1e3", ",5", "5,", "1,2,3", "1 000,5", "nan", "inf", "0x1F", "9007199254740993", "-", "1.5", "5,-"]
)
def test_odd_numbers_are_counted(engine, opened, bad):
    body = "".join(
        f"{p};42;2015-01-01;;50;{v}\n" for p, v in (("A", bad), ("B", "-1,25"), ("C", "00,5"), ("D", " 7 "), ("E", "*"))
    )
    extract = opened(MONEY + body, "af_beslut")
    assert failing(engine, extract) == {"bidrag": 1}
    assert rows(engine, extract, "lopnr, bidrag") == [("A", None), ("B", -1.25), ("C", 0.5), ("D", 7.0), ("E", None)]


class TestBeyondTheSample:
    """Many blocks, of which three are sampled: what stands between them is read rightly all the same."""

    @pytest.fixture(autouse=True)
    def _small_blocks(self, monkeypatch):
        monkeypatch.setattr(text_scan, "_CHUNK", 64)

    def body(self, odd: str, usual: str, column: str) -> str:
        # the ninth row is in none of the sampled blocks: the first, those whose number is a power of two, and the last
        lines = []
        for i in range(40):
            value = odd if i == 9 else usual
            money, day = (value, "2015-01-01") if column == "bidrag" else ("1", value)
            lines.append(f"P{i:03};42;{day};;50;{money};{'x' * 20}\n")
        return MONEY.replace("\n", ";more\n") + "".join(lines)

    def test_the_row_is_not_sampled(self, engine, opened, monkeypatch):
        seen = []
        keep = text_source._readings
        monkeypatch.setattr(text_source, "_readings", lambda *a, **k: (seen.append(a[2].samples), keep(*a, **k))[1])
        opened(self.body("777", "12", "bidrag"), "af_beslut")
        assert not any(b"P009" in sample for sample in seen[0])
        assert len(seen) == 1

    @pytest.mark.parametrize(("odd", "value", "mark"), [("1,5", 1.5, ","), ("1.5", 1.5, "."), ("13", 13.0, None)])
    def test_a_late_fraction_tells_the_mark(self, engine, opened, odd, value, mark):
        extract = opened(self.body(odd, "12", "bidrag"), "af_beslut")
        assert rows(engine, extract, "DISTINCT bidrag") == sorted([(value,), (12.0,)])
        assert dict(extract.forms[0].decimals).get("bidrag") == mark
        assert failing(engine, extract) == {}

    def test_a_late_fraction_that_does_not_tell(self, refused):
        assert "three digits after a mark" in refused(self.body("1,234", "12", "bidrag"), "af_beslut")

    def test_a_late_day_tells_days_from_months(self, engine, opened):
        extract = opened(self.body("28/02/2015", "03/02/2015", "from"), "af_beslut")
        assert rows(engine, extract, '"from"')[-1] == (date(2015, 2, 28),)
        assert failing(engine, extract) == {}

    def test_a_late_day_that_contradicts_is_counted(self, engine, opened):
        extract = opened(self.body("02/28/2015", "28/02/2015", "from"), "af_beslut")
        assert failing(engine, extract) == {"from": 1}

    def test_a_late_date_is_the_first(self, engine, opened):
        extract = opened(self.body("20150228", "", "from"), "af_beslut")
        assert rows(engine, extract, 'max("from"), count("from")') == [(date(2015, 2, 28), 1)]

    def test_rows_stay_as_many(self, engine, opened):
        extract = opened(self.body("13", "12", "bidrag").replace("\n", "\r\n"), "af_beslut")
        assert rows(engine, extract, "count(*), count(DISTINCT lopnr)") == [(40, 40)]


def test_each_file_of_a_register_has_its_own_form(engine, tmp_path):
    header = "LopNr;Kon;FodelseAr;DispInk04"
    (tmp_path / "INDIVID_2014.CSV").write_bytes((header + ";Civil\nA;1;1990;1,5;å\n").encode("cp1252"))
    (tmp_path / "P1105_individ_2015.txt").write_bytes(
        (header.replace(";", "\t") + "\r\nA\t1\t1990\t2.5\r\n").encode("utf-8-sig")
    )
    (tmp_path / "._Individ_2016.csv").write_bytes(b"\x00\x05")
    extract = open_extract(engine, load_schema("scb_lisa"), Register(path="*individ_*"), tmp_path, "study.toml")
    assert rows(engine, extract, "ar, dispink04, civil") == [(2014, 1.5, "å"), (2015, 2.5, None)]
    assert [(f.file, f.encoding, f.delimiter, f.decimals) for f in extract.forms] == [
        ("INDIVID_2014.CSV", "latin-1", ";", (("DispInk04", ","),)),
        ("P1105_individ_2015.txt", "utf-8", "\t", (("DispInk04", "."),)),
    ]


def test_which_files_a_path_means(tmp_path):
    folder = tmp_path / "a[b]"
    (folder / "Data").mkdir(parents=True)
    for name in ("Individ_2014.csv", "INDIVID_2015.CSV", "individ_2014.csv.bak", ".Individ_2016.csv"):
        (folder / "Data" / name).touch()

    def names(path):
        return [p.name for p in files_of(folder, path)]

    assert names("data/individ_*.csv") == ["INDIVID_2015.CSV", "Individ_2014.csv"]
    assert names("Data/individ_2014.CSV") == ["Individ_2014.csv"]
    assert names("Data/Individ_201?.csv") == ["INDIVID_2015.CSV", "Individ_2014.csv"]
    assert names("Data/../data/individ_2015.csv") == ["INDIVID_2015.CSV"]
    assert names("gone/x.csv") == []
    assert [p.name for p in files_of(tmp_path / "x", str(folder / "DATA" / "*2014.csv").replace("[b]", "[[]b]"))] == [
        "Individ_2014.csv"
    ]
    (folder / "Data" / "INDIVID_2014.CSV").touch()
    assert names("Data/Individ_2014.csv") == ["Individ_2014.csv"]


def test_undeclared_columns_are_kept_as_a_sample_of_all_blocks(engine, opened, monkeypatch):
    monkeypatch.setattr(text_scan, "_CHUNK", 512)
    body = "".join(f"A;2015-01-01;;42;n{i};{'z' if i == 700 else ''}\n" for i in range(1000))
    extract = opened(SPELLS.strip() + ";extra;rare\n" + body)
    assert extract.ignored == 2
    first, second = engine.rows(f"SELECT count(DISTINCT c0), max(c1) FROM ({extract.unread[0]})", what="test")[0]
    assert (first, second) == (1000, "z")


def test_a_torn_row_with_letters_of_cp1252(refused):
    body = f"{SPELLS}{SECRET}å–;2015-01-01;42\n".encode("cp1252")
    assert "as many columns" in refused(body)


ODD = {
    "insats": [" 33", "33 ", " ", " * ", "x y", "", '"33"', "å"],
    "from": [
        "2015-02-30",
        " 2015-02-28",
        "2015-02-28\t",
        "0000-01-01",
        "2015-02-28 00:00:00",
        "",
        '"2015-02-28"',
        "20150228",
    ],
    "bidrag": ["1,,5", ",5", "5,", "-5,25", "1.5", "12345678901234567", "", "nan", "0x1F", "1e5", "+7"],
}


@pytest.mark.parametrize(("column", "odd"), [(None, ""), *((c, odd) for c, some in ODD.items() for odd in some)])
def test_what_the_parser_types_itself_is_what_our_own_reading_makes_of_its_texts(
    opened, engine, monkeypatch, column, odd
):
    rng = random.Random(1)
    monkeypatch.setattr(text_scan, "_CHUNK", 30_000)
    lines = []
    for i in range(4000):
        day = date(2014, 1, 1).toordinal() + rng.randrange(1000)
        row = {
            "LopNr": f"P{i}", "insats": rng.choice(["33", "36", "åäö–"]), "from": date.fromordinal(day).isoformat(),
            "tom": rng.choice(["", date.fromordinal(day + 9).isoformat()]), "omfattning": rng.choice(["50", "100", ""]),
            "bidrag": f"{rng.randrange(9999)},{rng.randrange(100):02d}",
        }  # fmt: skip
        # the sample at the beginning looks as usual; what is odd comes in some of the later blocks
        if column and i > 1500 and rng.random() < 0.005:
            row[column] = odd
        lines.append(";".join(row.values()))
    data = (MONEY + "\n".join(lines) + "\n").encode("cp1252")
    found, kinds = [], []
    keep = text_source._at_once
    for change in (lambda plan: kinds.append(keep(plan)) or kinds[-1], lambda plan: {}):
        monkeypatch.setattr(text_source, "_at_once", change)
        extract = opened(data, "af_beslut")
        order = "SELECT * FROM af_beslut ORDER BY ALL"
        found.append((engine.rows(order, what="test"), check_extract(engine, extract)))
    assert sorted(map(str, kinds[0].values())) == [
        "date32[day]", "date32[day]", "dictionary<values=string, indices=int32, ordered=0>",
    ]  # fmt: skip
    assert found[0] == found[1]
    assert len(found[0][0]) == 4000


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_no_break_spaces_around_a_value_are_no_part_of_it(engine, opened, encoding):
    # as in Parquet, where the engine takes every kind of blank away
    text = "LopNr;Våg;kommentar\n\u00a0A ;1\u00a0; \u00a0\nB;\u00a02;\u00a0à la carte\u00a0\u00a0\nC;3;a\u00a0b\n"
    extract = opened(text.encode(encoding), "deltagarenkat")
    assert rows(engine, extract, "lopnr, vag, kommentar") == [
        ("A", 1, None),
        ("B", 2, "à la carte"),
        ("C", 3, "a\u00a0b"),
    ]


def test_a_file_that_goes_while_its_digest_is_taken_is_said_to(tmp_path):
    with pytest.raises(eu.ExtractError, match="studier: a file changed while it was read") as caught:
        text_scan._sha256(load_schema("studier"), tmp_path / "gone.csv")
    assert caught.value.__context__ is None


def test_days_that_the_sample_does_not_have_are_held_to_what_all_values_tell(opened, engine, monkeypatch):
    monkeypatch.setattr(text_scan, "_CHUNK", 30_000)
    # none at the beginning, in the middle and at the end; between them one layout, and another for longer than a block
    ends = [""] * 25_000 + ["20150301"] * 4000 + ["2015-03-01"] * 3000 + [""] * 3000
    data = SPELLS + "".join(f"P{i};20150101;{end};42\n" for i, end in enumerate(ends))
    found = []
    keep = text_source._at_once
    for change in (keep, lambda plan: {}):
        monkeypatch.setattr(text_source, "_at_once", change)
        extract = opened(data)
        found += engine.rows(f'SELECT count(utskadm), count(*) FROM "{extract.table}"', what="test")
    assert found == [(4000, 35_000)] * 2
