"""Run queries on DuckDB or Spark."""
