"""Protected results in, tables, figures and documents out; nothing is computed here.

By contract ``effektutv.report`` is the function that writes a trial's report, and this folder bears the same name: once a
module in it has been imported, Python binds the package's attribute to the folder. So the folder can be called, and is then
that function.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """The module, which passes a call on to :func:`effektutv.pipeline.report`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # by name: the arrows point from the pipeline to this room, never back
        return import_module("effektutv.pipeline").report(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
