"""Describe tables and their columns."""
