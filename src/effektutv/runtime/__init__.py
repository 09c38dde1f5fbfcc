"""The process around the work: workers, files, progress, package data."""
