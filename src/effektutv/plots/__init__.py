"""Plain tables in, matplotlib figures out, a module a figure; what they share is in style, cells, rows, lines and axis."""
