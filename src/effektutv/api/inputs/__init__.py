"""Read a data frame's columns and the assignment."""
