"""Protected results in, tables, figures and documents out; nothing is computed here."""
