"""The data dictionary: every register and code list as a reader would look them up, from the declarations alone."""

from __future__ import annotations

from collections.abc import Iterator

from .table_schema import ExtractSchema, Field, load_codelist, load_schemas

__all__ = ["data_dictionary"]


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: a section a register, then the code lists."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from the registers' declarations in `data/schemas` and `data/codelists`. *Confidence* says whether a "
        "layout was read in the register's documentation or is ours.",
        "",
    ]
    schemas = load_schemas()
    for schema in schemas.values():
        lines += _register(schema)
    used = sorted({f.codelist for s in schemas.values() for f in s.fields if f.codelist})
    lines += ["## Code lists", ""]
    for name in used:
        lines += _codelist(name)
    return "\n".join(lines) + "\n"


def _register(schema: ExtractSchema) -> Iterator[str]:
    yield from (f"## {schema.name}: {schema.title}", "", schema.description, "")
    key = ", ".join(schema.field(k).name for k in schema.primary_key) or "none"
    yield from (f"Grain: {schema.grain}. Primary key: {key}. Confidence: {schema.confidence}.", "")
    yield from ("| column | type | title | description | unit | allowed |", "|---|---|---|---|---|---|")
    for field in schema.fields:
        required = ", required" if field.required else ""
        cells = (
            f"`{field.name}`",
            f"{field.type}{required}",
            field.title,
            field.description,
            field.unit or "",
            _allowed(field),
        )
        yield "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"
    yield ""


def _allowed(field: Field) -> str:
    if field.codelist:
        return f"code list {field.codelist}"
    if field.enum:
        return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in field.enum)
    if field.minimum is not None or field.maximum is not None:
        low = "" if field.minimum is None else f"{field.minimum:g}"
        high = "" if field.maximum is None else f"{field.maximum:g}"
        return f"{low} to {high}"
    return f"`{field.pattern}`" if field.pattern else ""


def _codelist(name: str) -> Iterator[str]:
    yield from (f"### {name}", "", "| code | valid from | valid to | label | class |", "|---|---|---|---|---|")
    for code in load_codelist(name).codes:
        valid = (str(code.valid_from or ""), str(code.valid_to or ""))
        yield "| " + " | ".join((f"`{code.code}`", *valid, code.label, code.group)) + " |"
    yield ""
