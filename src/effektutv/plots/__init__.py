"""Plain tables in, matplotlib figures out: profile, love, forest, kinds, sources, flow; what they share is in style."""
