"""Write the report in every format."""
