"""Arrays in, frozen results out: design, linear, covariance, effects, subgroups, balance, profile."""
