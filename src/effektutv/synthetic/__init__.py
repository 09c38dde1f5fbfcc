"""Demonstration extracts with a known truth; every file says that it is synthetic."""
