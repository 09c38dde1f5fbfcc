"""Manifest, README and source date of a report."""
