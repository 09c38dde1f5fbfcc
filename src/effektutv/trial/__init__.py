"""The participants and the questions one may ask of them.

``trial`` the class; ``base`` the table and its outcomes; ``effects`` what the arms did; ``description`` who takes part and
what is known of them; ``services_received`` what each arm received; ``sensitivity`` the main effect by another source and
by site; ``time_to_event``, ``survey``, ``compliance`` and ``power`` what their names say; ``load`` from a study file to a trial;
``cross_check`` the main results by other libraries. Nothing is imported here: ``load`` reads extracts while the libraries
that estimate are still being loaded.
"""
