"""Sphinx: the site. ``make site`` adds the units' pages; ``make docs`` makes it without them.

Nothing on a page is loaded from elsewhere; warnings are errors.
"""

import shutil
from pathlib import Path

from rnnlib.plotting.explorables import PAGES

project = "Recurrent networks by hand"
author = "the course's authors"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "rnnlib.course.site.barriers",
    "rnnlib.course.site.formulas",
]
exclude_patterns = ["_build", "live", "benchmark"]

# A name in single backticks is looked up among the names of the library.
default_role = "py:obj"
add_module_names = False
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

# The notebooks have been run when they were built.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
# `make docs` makes no page of a unit; headings of a lesson need not come one level after the other.
suppress_warnings = ["toc.empty_glob", "myst.header", "mystnb.unknown_mime_type"]


def _skip(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples one by one: the class lists them with their shapes."""
    return skip or type(obj).__name__ == "_tuplegetter"


def _add_live_pages(app, error):
    """Put the live pages beside the others."""
    if error is None:
        shutil.copytree(PAGES, Path(app.outdir, "live"), dirs_exist_ok=True)


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-skip-member", _skip)
    app.connect("build-finished", _add_live_pages)


html_theme = "furo"
html_title = "Recurrent networks by hand"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sourcelink = False
html_copy_source = False
# From a disk, a page cannot read the others: results are listed by their titles.
html_show_search_summary = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0059a0",
        "color-brand-content": "#0059a0",
        "color-brand-visited": "#7a3f8f",
        "font-stack": "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6db3f2",
        "color-brand-content": "#6db3f2",
        "color-brand-visited": "#c79be0",
    },
}
