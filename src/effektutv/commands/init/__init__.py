"""First contact with a delivery: what lies in a folder is matched to the registers, and a study file is drafted."""
