"""Arrays in, frozen results out.

The effects of the arms and their designs are here; ``regression``, ``randomization``, ``multiplicity``, ``survival`` and
``missing`` hold what an estimator of that kind is made of.
"""
