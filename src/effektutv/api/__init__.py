"""Functions for any data frame: one file per question."""
