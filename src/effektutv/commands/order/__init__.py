"""The order of data: which registers, variables, years and population a study needs, for the registers' owners."""
