"""Write the report's tables as an Excel workbook."""
