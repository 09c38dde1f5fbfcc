"""Read extracts: text, Parquet, SAS, Stata, SPSS, databases."""
