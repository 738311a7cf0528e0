"""nbgrader's settings: this folder is the course, solutions/ the source, course/ the release."""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    GetGrades,
    IgnorePattern,
    IncludeHeaderFooter,
    InstantiateTests,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from rnnlib.course.authoring.nbgrader import ClearSolutionsKindly, Fingerprint
from rnnlib.course.grading.intake.links import refuse_links
from rnnlib.course.grading.intake.repair import RepairCells
from rnnlib.course.grading.isolation.execute import IsolatedExecute
from rnnlib.course.grading.report.clean import CleanOutputs
from rnnlib.course.grading.report.feedback import FeedbackExporter, FormulasToMathML
from rnnlib.course.grading.report.offline import EscapeNames, NoMathJax
from rnnlib.course.grading.report.summary import FoldGivenCode, PageSummary

c = get_config()  # noqa: F821

course = Path(__file__).resolve().parent
c.CourseDirectory.root = str(course)
c.Exchange.root = str(course / "exchange")  # for this machine's users; most hand in otherwise
c.CourseDirectory.course_id = "rnn"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"

# nbgrader's own list, with a ClearSolutions whose stubs never stop "Run all", and a fingerprint
# that keeps a rebuild from overwriting a notebook that somebody has worked in.
c.GenerateAssignment.preprocessors = [
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    ClearSolutionsKindly,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
    Fingerprint,
]

# nbgrader's own list behind RepairCells: a copied, deleted or damaged cell costs nobody the marks,
# and stops nobody's grading.
c.Autograde.sanitize_preprocessors = [
    RepairCells,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]

# nbgrader's own list, with IsolatedExecute in the place of Execute: students' code runs in a
# sandbox, marked cells in a kernel that it cannot reach; what it shows does nothing in a browser.
c.Autograde.autograde_preprocessors = [
    IsolatedExecute,
    CleanOutputs,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.IsolatedExecute.sandbox = "bwrap"  # or "none", without bubblewrap: docs/grading.rst
c.IsolatedExecute.cell_seconds = 30
c.IsolatedExecute.submission_seconds = 300
refuse_links()  # nbgrader would follow a link out of a submission and hand over what it finds

# nbgrader's own list, without the hidden tests; a table of marks at the top, formulas as MathML,
# and no MathJax from the net.
c.GenerateFeedback.preprocessors = [
    GetGrades,
    PageSummary,
    ClearHiddenTests,
    FormulasToMathML,
    CSSHTMLHeaderPreprocessor,
]
c.GenerateFeedback.exporter_class = FeedbackExporter

# The formgrader's pages: formulas without a network, code folded as in the notebook, names as text.
c.HTMLExporter.preprocessors = [FormulasToMathML, NoMathJax, EscapeNames]
c.HTMLExporter.filters = {"highlight_code": FoldGivenCode}
c.FeedbackExporter.preprocessors = []
