"""Corrections for families of tests."""
