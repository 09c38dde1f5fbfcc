"""Write the report as an HTML page."""
