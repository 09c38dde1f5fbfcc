"""The report as data: document, sections, blocks."""
