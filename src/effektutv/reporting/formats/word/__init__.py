"""Write the report as a Word document."""
