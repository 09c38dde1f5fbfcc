"""The queries of checks and build, written once for DuckDB, in Spark's dialect.

sqlglot does the translation. It passes on what it does not know, and some of what it knows means something else in Spark: so only
functions whose results were held equal on both engines are let through (``tests/system/test_engines.py`` does that), and the
ones that need more than another name are rewritten here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from effektutv.errors import ArgumentError

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["spark_sql", "spark_type"]

#: Functions, as sqlglot names them, that give the same on both engines.
_CHECKED = frozenset(
    {
        "Abs", "And", "BitwiseOrAgg", "Case", "Cast", "Coalesce", "Contains", "Count", "Day", "Exists", "Floor", "Greatest", "If",
        "LastDay", "Least", "LogicalOr", "Lower", "Max", "Min", "Month", "Nullif", "Or", "RegexpFullMatch", "RegexpReplace",
        "Replace", "RowNumber", "StartsWith", "Substring", "Sum", "Trim", "TryCast", "Year",
    }
)  # fmt: skip
#: What DuckDB's trim takes away, as Java's regular expressions say it: every kind of blank, but no tab or line break.
_BLANKS = r"^\p{Zs}+|\p{Zs}+\z"

#: Dates in words of ``strptime``, as Java says them; what is read so is known to have the layout's shape.
_STRPTIME = "try_strptime"
_DATE_PARTS = {"%Y": "yyyy", "%m": "MM", "%d": "dd"}

#: DuckDB's names of Spark's types.
_TYPES = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamp_ntz": "TIMESTAMP",
}


def spark_sql(sql: str) -> str:
    """Return a query or the making of a table or view, in Spark's dialect.

    Parameters
    ----------
    sql : str
        As DuckDB takes it.

    Returns
    -------
    str
        A table or view becomes a temporary view.

    Raises
    ------
    ArgumentError
        If it uses something whose result on Spark has not been held to DuckDB's.
    """
    import sqlglot
    from sqlglot import ErrorLevel, exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    _refuse_unchecked(tree)
    view = ""
    if isinstance(tree, exp.Create):
        view = f"CREATE OR REPLACE TEMPORARY VIEW {tree.this.sql(dialect='spark')} AS "
        tree = tree.expression
    if not isinstance(tree, exp.Query):
        raise ArgumentError("engine: Spark is asked for queries and views only; use engine 'duckdb'")
    # from the innermost: what stands in a part that is rewritten is rewritten as well
    for node in reversed(list(tree.dfs())):
        other = _rewritten(node)
        if other is not node:
            node.replace(other)
    return view + cast("str", tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE))


def _refuse_unchecked(tree: exp.Expression) -> None:
    from sqlglot import exp

    unchecked = {
        node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__
        for node in tree.find_all(exp.Func, exp.Qualify, exp.Interval)
        if type(node).__name__ not in _CHECKED
        and not (isinstance(node, exp.Anonymous) and node.name.lower() == _STRPTIME)
        and not (isinstance(node, exp.Interval) and str(node.args.get("unit")).upper().rstrip("S") in ("MONTH", "DAY"))
    }
    if unchecked:
        raise ArgumentError(
            f"engine: a query uses {', '.join(sorted(unchecked))}, which has not been shown to give the same on Spark; use "
            f"engine 'duckdb'"
        )


def _rewritten(node: exp.Expression) -> exp.Expression:
    """Return a part of a query with another one in its place where Spark's own would give something else."""
    from sqlglot import exp

    if isinstance(node, exp.RegexpFullMatch):
        # Java's $ also stands before a last line break
        pattern = exp.Literal.string(rf"^(?:{node.expression.this})\z")
        return exp.RegexpLike(this=node.this, expression=pattern)
    if isinstance(node, exp.Trim) and not node.args.get("position") and not node.args.get("expression"):
        return exp.Anonymous(
            this="REGEXP_REPLACE", expressions=[node.this, exp.Literal.string(_BLANKS), exp.Literal.string("")]
        )
    if isinstance(node, exp.Year | exp.Month | exp.Day):
        # the numbers are the same, but Spark's are half as wide
        return exp.cast(node.copy(), "bigint", dialect="spark")
    if isinstance(node, exp.Anonymous) and node.name.lower() == _STRPTIME:
        text, layout = node.expressions
        written = layout.this
        for part, java in _DATE_PARTS.items():
            written = written.replace(part, java)
        return exp.Anonymous(this="TRY_TO_TIMESTAMP", expressions=[text, exp.Literal.string(written)])
    return node


def spark_type(name: str) -> str:
    """Return DuckDB's name of a type.

    Parameters
    ----------
    name : str
        As Spark writes it, e.g. ``"decimal(10,2)"``.
    """
    kind = name.lower()
    if kind.startswith(("varchar(", "char(")):
        return "VARCHAR"
    return _TYPES.get(kind, kind.upper())
