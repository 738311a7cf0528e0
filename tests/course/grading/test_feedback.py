"""A feedback page stands by itself."""

import nbformat
import pytest

from rnnlib.course.grading.report.feedback import FeedbackExporter, FormulasToMathML


def converted(text):
    cell = nbformat.v4.new_markdown_cell(text)
    FormulasToMathML().preprocess_cell(cell, {}, 0)
    return cell.source


def test_formulas_become_mathml():
    assert converted("the state $h_t$ at").startswith("the state <math")
    assert 'display="block"' in converted("$$h_t = \\tanh(x_t\\,W_{xh})$$")


@pytest.mark.parametrize("text", ["`$HOME` and `$PATH`", "costs 5 $ or 6 $ each", "no formula"])
def test_other_dollars_stay(text):
    assert converted(text) == text


def test_what_is_no_latex_stays_readable():
    assert "<math" in converted("$a^2$") and "frac" in converted("$\\frac{1$")


def test_nothing_is_loaded_from_elsewhere():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("hello")])
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    assert "hello" in page
    assert 'src="http' not in page


def test_a_page_says_its_language_and_what_each_link_leads_to():
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell('<a href="#grade_answer_window">Test cell</a>')]
        )
    )
    assert '<html lang="en">' in page
    assert '<a href="#grade_answer_window">window</a>' in page
