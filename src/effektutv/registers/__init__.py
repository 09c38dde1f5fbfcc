"""Register extracts in, checked and typed lazy tables out.

``schema`` describes the tables, ``sources`` read them, ``engines`` run the queries and ``checks`` look for errors.
"""
