"""frictionless as oracle: the same verdict on the same small files, and the same rules on the same columns broken.

Both read the same Table Schema from ``data/schemas``. What they are not asked about together: code lists, dates after the
delivery and pairs of days, which Table Schema has no words for; and blanks around a value, which only effektutv takes away.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from frictionless import Dialect, Package, Resource, Schema, formats

from effektutv.registers.checks.keys import check_foreign_keys
from effektutv.registers.checks.run_checks import check_extract
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import FieldType, extract_names, load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.runtime.package_data import data_folder
from effektutv.study import Register

#: What frictionless calls a break, and how our rule of it begins.
SAME = {
    "type-error": ("type",),
    "primary-key": ("primary key",),
    "constraint-error": ("required", "range", "allowed values", "pattern"),
    "unique-error": ("unique",),
    "foreign-key": ("foreign key",),
}
OURS_ALONE = ("code list", "reversed", "months missing", "calendar", "text", "years of the column")
ROWS = 7
#: A text that fits each pattern of the declarations.
_FITTING = {
    r"\d{2}": "33",
    r"\d{3}": "333",
    r"[A-Z]\d{2}": "F70",
    r"20\d{2}(?:0[1-9]|1[0-2])": "202103",
    r"20(?:19|[2-9]\d)(?:0[1-9]|1[0-2])": "202103",
}


def descriptor(name):
    raw = json.loads((data_folder() / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    raw.pop("$schema")
    raw.pop("foreignKeys", None)
    for field in raw["fields"]:
        if field["type"] == "number":
            field["decimalChar"] = ","
    return raw


def good_value(field, row, rng):
    """A value that breaks nothing, and that is another one in each row where the column may be a key."""
    if field.column == "lopnr":
        return f"P{row}"
    if field.codelist == "skat":
        return "42"
    if field.enum:
        return str(field.enum[row % len(field.enum)]).replace(".", ",")
    if field.pattern == r"\d{4}":
        return f"{rng.integers(100, 2600):04}"
    if field.pattern:
        return _FITTING[field.pattern]
    if field.type is FieldType.DATE:
        return f"2015-{row + 1:02}-10"
    low = max(field.minimum or 0, 2015 if field.name == "Ar" else 0)
    high = min(field.maximum or 9, low + 9)
    return str(int(low + rng.integers(0, high - low + 1)))


def good_rows(schema, rng):
    return [{f.name: good_value(f, i, rng) for f in schema.fields} for i in range(ROWS)]


def bad_values(field):
    """Texts that may break a rule of the field, and some that do not."""
    out = ["", "*", "x", "7", "-1", "999999"]
    if field.type is FieldType.DATE:
        out += ["2015-02-30", "2015-13-01", "20150101", "01/02/2015", "2016-02-29"]
    elif field.type is not FieldType.STRING:
        out += ["1,5", "12a", "0", "13", "--1", "1 000"]
    return out


def mutated(schema, rng):
    """Rows of which a few cells, or a whole row, are other ones."""
    rows = good_rows(schema, rng)
    for _ in range(int(rng.integers(0, 4))):
        row = rows[int(rng.integers(ROWS))]
        field = schema.fields[int(rng.integers(len(schema.fields)))]
        row[field.name] = str(rng.choice(bad_values(field)))
    if rng.random() < 0.4:
        first, second = rng.choice(ROWS, 2, replace=False)
        rows[int(first)] = dict(rows[int(second)])
    return rows


def write(path, rows):
    lines = [";".join(rows[0]), *(";".join(r.values()) for r in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def without_missing_keys(found, key):
    """Where a part of the key is missing, which the columns' own rules say, frictionless takes what is left for a key."""
    missing = any(("constraint-error", column) in found for column in key)
    return {(kind, column) for kind, column in found if not (missing and kind == "primary-key")}


def theirs(folder, name, raw):
    dialect = Dialect(controls=[formats.CsvControl(delimiter=";")])
    resource = Resource(
        path=f"{name}.csv",
        basepath=str(folder),
        dialect=dialect,
        schema=Schema.from_descriptor(raw),
        encoding="utf-8",
    )
    report = resource.validate()
    found = set()
    for kind, column in report.flatten(["type", "fieldName"]):
        assert kind in SAME, kind
        found.add((kind, "" if kind == "primary-key" else column))
    return report.valid, without_missing_keys(found, raw.get("primaryKey", ()))


def ours(folder, name, schema):
    with Engine(threads=1) as engine:
        register = Register(path=f"{name}.csv", delimiter=";", decimal=",", date_format="%Y-%m-%d", encoding="utf-8")
        _, findings = check_extract(engine, open_extract(engine, schema, register, folder, "study.toml"))
    found = set()
    for finding in findings:
        if finding.rule.startswith(OURS_ALONE):
            continue
        kind = next(k for k, rules in SAME.items() if finding.rule.startswith(rules))
        found.add((kind, "" if kind == "primary-key" else finding.column))
    return not found, without_missing_keys(found, [schema.field(k).name for k in schema.primary_key])


@pytest.mark.parametrize("name", extract_names())
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(s, marks=pytest.mark.slow) for s in range(4, 60))])
def test_same_verdict_on_the_same_file(tmp_path, name, seed):
    schema, raw = load_schema(name), descriptor(name)
    rng = np.random.default_rng([seed, extract_names().index(name)])
    rows = good_rows(schema, rng) if seed == 0 else mutated(schema, rng)
    write(tmp_path / f"{name}.csv", rows)
    valid, found = theirs(tmp_path, name, raw)
    assert ours(tmp_path, name, schema) == (valid, found)
    assert valid or seed


def test_a_column_that_is_unique(tmp_path):
    raw = descriptor("studier")
    raw["fields"][0]["constraints"]["unique"] = True
    schema = load_schema("studier")
    schema = replace(schema, fields=(replace(schema.fields[0], unique=True), *schema.fields[1:]))
    rows = good_rows(schema, np.random.default_rng(1))
    for serial, expected in (("P1", (False, {("unique-error", "LopNr")})), ("P9", (True, set()))):
        rows[3]["LopNr"] = serial
        write(tmp_path / "studier.csv", rows)
        assert theirs(tmp_path, "studier", raw) == ours(tmp_path, "studier", schema) == expected


@pytest.mark.parametrize("orphans", [0, 1, 3])
def test_a_key_to_another_extract(tmp_path, orphans):
    raw = json.loads((data_folder() / "schemas" / "deltagarenkat.json").read_text(encoding="utf-8"))
    (key,) = raw["foreignKeys"]
    names, schemas = ("assignment", "deltagarenkat"), {}
    for name in names:
        rows = good_rows(load_schema(name), np.random.default_rng(1))
        for i in range(orphans if name == "deltagarenkat" else 0):
            rows[i]["LopNr"] = f"Q{i}"
        write(tmp_path / f"{name}.csv", rows)
        schemas[name] = descriptor(name)
    schemas["deltagarenkat"]["foreignKeys"] = [key]
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "type": "table",
            "scheme": "file",
            "format": "csv",
            "encoding": "utf-8",
            "dialect": {"csv": {"delimiter": ";"}},
            "schema": schemas[name],
        }
        for name in names
    ]
    package = Package.from_descriptor({"name": "delivery", "resources": resources}, basepath=str(tmp_path))
    report = package.validate()
    with Engine(threads=1) as engine:
        register = {"delimiter": ";", "decimal": ",", "encoding": "utf-8"}
        extracts = {
            name: open_extract(
                engine, load_schema(name), Register(path=f"{name}.csv", **register), tmp_path, "study.toml"
            )
            for name in names
        }
        found = check_foreign_keys(engine, extracts)
    counted = [kind for (kind,) in report.flatten(["type"])]
    assert counted == ["foreign-key"] * orphans
    assert sum(int(f.rows_failing) for f in found) == orphans
