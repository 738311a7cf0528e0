"""The formgrader without a network: it loads nothing, and works where nothing can be loaded."""

from __future__ import annotations

from jinja2 import DictLoader
from markupsafe import escape
from nbgrader.preprocessors import NbGraderPreprocessor

TEXTS = """<style>
summary { display: list-item; cursor: pointer; }
.text_cell_render th, .text_cell_render td { padding: .15em .7em .15em 0; text-align: left;
  vertical-align: baseline; }
div.output_prompt { display: none; }
</style>
"""
"""What nbgrader's style sheet takes from texts: the sign that a hint can be opened, and the space
between a table's columns. `Out[7]:` would stand below what came out."""

STAND_IN = """\
{%- macro mathjax(url="") -%}
<script>
window.MathJax = {Hub: {Startup: {signal: {Interest: function (hear) {
    setTimeout(function () { hear("End"); }, 0);
}}}}};
</script>
STYLE
{%- endmacro %}""".replace("STYLE", TEXTS)
"""In the place of nbconvert's template. The formgrader's own script waits for MathJax before it
marks where one is on the page."""

_loader = DictLoader({"mathjax.html.j2": STAND_IN})


class NoMathJax(NbGraderPreprocessor):
    """Takes MathJax out of the pages of the exporter that it belongs to; formulas are MathML.

    The formgrader makes its exporter itself, and asks the settings for preprocessors, but not for
    templates.
    """

    def preprocess(self, nb, resources):
        """Give the exporter the other template, once."""
        loaders = getattr(self.parent, "extra_loaders", [_loader])
        if _loader not in loaders:
            self.parent.extra_loaders = [_loader, *loaders]
        return nb, resources


class EscapeNames(NbGraderPreprocessor):
    """Writes names as text: nbgrader's template puts a student's into the page as it is."""

    def preprocess(self, nb, resources):
        """Escape what the formgrader tells its template about a submission."""
        known = ("student", "last_name", "first_name", "notebook_path", "filename")
        names = {key: str(escape(resources[key])) for key in known if resources.get(key)}
        return nb, resources | names
