"""Bounds and weights for unknown outcomes."""
