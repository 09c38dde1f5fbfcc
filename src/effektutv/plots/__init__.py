"""Plain tables in, matplotlib figures out: style, love, forest, profile, kinds, flow."""
