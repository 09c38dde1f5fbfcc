"""Results in, protected results out; fails closed."""
