"""Turn results into words and cells."""
