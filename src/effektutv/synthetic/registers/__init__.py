"""Write synthetic register files."""
