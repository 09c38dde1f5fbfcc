"""The report's tables, and the CSV files."""
