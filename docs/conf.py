"""Sphinx: the API page, made from the docstrings. ``make docs`` builds it, warnings are errors."""

project = "rnnlib"
author = "the course's authors"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_build"]

# A name in single backticks is looked up among the names of the library.
default_role = "py:obj"
add_module_names = False
autodoc_member_order = "bysource"
numpydoc_show_class_members = False


def _skip(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples one by one: the class lists them with their shapes."""
    return skip or type(obj).__name__ == "_tuplegetter"


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-skip-member", _skip)


html_theme = "alabaster"
html_theme_options = {
    "description": "Recurrent networks in NumPy: forward, and backward by hand.",
    "fixed_sidebar": True,
    "page_width": "1250px",
    "sidebar_width": "260px",
}
# The live pages stand beside the others: note.html, reach.html ...
html_extra_path = ["../rnnlib/plotting/pages"]
html_show_sourcelink = False
