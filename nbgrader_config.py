"""nbgrader's settings: this folder is the course, solutions/ the source, course/ the release."""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    GetGrades,
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveCells,
)

from rnnlib.authoring.nbgrader import ClearSolutionsKindly, Fingerprint
from rnnlib.grading.feedback import FeedbackExporter, FormulasToMathML
from rnnlib.grading.repair import RepairCells

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

# nbgrader's own list, without the hidden tests; formulas as MathML, and no MathJax from the net.
c.GenerateFeedback.preprocessors = [
    GetGrades,
    ClearHiddenTests,
    FormulasToMathML,
    CSSHTMLHeaderPreprocessor,
]
c.GenerateFeedback.exporter_class = FeedbackExporter

c.Execute.timeout = 30
c.Execute.kernel_name = "python3"
c.Execute.execute_retries = 1  # two kernels that start at once may take the same port
c.Execute.shutdown_kernel = "immediate"
c.Execute.raise_on_iopub_timeout = False
c.Execute.extra_arguments = ["--log-level=ERROR", "--ext", "rnnlib.grading.output_limit"]
