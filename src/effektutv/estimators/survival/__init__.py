"""Time to event: curves, restricted means, tests."""
