"""Arrays in, frozen results out.

Effects: ``design`` ``linear`` ``covariance`` ``effects`` ``subgroups`` ``profile`` and the estimators beside them.
Design-based tests: ``mechanism`` ``draws`` ``exact`` ``forms`` ``randomization``; families: ``multiplicity`` ``families``.
"""
