"""The report's figures: what is drawn, and its description."""
