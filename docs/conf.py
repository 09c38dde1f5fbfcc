"""Sphinx: the pydata theme, numpydoc and MyST; builds offline and with warnings as errors."""

from pathlib import Path

import effektutv
from effektutv.registers.schema.data_dictionary import data_dictionary

project = "effektutv"
author = "The effektutv developers"
release = version = effektutv.__version__
project_copyright = "2026, the effektutv developers"

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "numpydoc", "myst_parser"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "effektutv"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}

# the data dictionary is the declarations, written out
generated = Path(__file__).parent / "_generated"
generated.mkdir(exist_ok=True)
(generated / "data_dictionary.md").write_text(data_dictionary(), encoding="utf-8")
