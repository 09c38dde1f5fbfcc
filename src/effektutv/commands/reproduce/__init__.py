"""Published figures and what a run says of them: ``figures`` (the files), ``find`` (the run's cell), ``compare``, ``text``."""
