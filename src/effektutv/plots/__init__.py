"""Plain tables in, matplotlib figures out: one module per figure; ``layout`` has what they share."""
