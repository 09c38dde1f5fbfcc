"""Disclosure rules by type of row."""
