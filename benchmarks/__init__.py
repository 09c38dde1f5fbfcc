"""Benchmarks beside peers: ``make bench``."""

import os

# One thread of linear algebra: threads that wait count as work, above all on a shared machine. Set before numpy is imported.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
