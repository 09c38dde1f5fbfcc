"""Figures that fail, end their process, or print while they are drawn: a second process must be able to import them."""

from __future__ import annotations

import os

from effektutv.plots.layout import style


def broken():
    raise ZeroDivisionError


def end():
    os._exit(3)


def chatty():
    print("+" * 10_000)
    return style.Page(20.0, title="0", subtitle="", notes=()).fig
