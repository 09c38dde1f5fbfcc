"""Redraw the assignment: exact, sampled and refitted tests."""
