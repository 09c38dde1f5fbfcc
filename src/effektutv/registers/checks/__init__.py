"""Check extracts: rules, keys, coverage, identity numbers."""
