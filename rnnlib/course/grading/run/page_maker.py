"""Feedback pages, made with nbgrader's exporter."""

from __future__ import annotations

import logging
from pathlib import Path

import nbformat


class PageMaker:
    """Makes feedback pages of one unit; its templates are compiled once.

    Parameters
    ----------
    config : Config
        nbgrader's settings.
    unit : str
    db_url : str
        The gradebook that marks, comments and penalties are read from.
    """

    def __init__(self, config, unit: str, db_url: str):
        from nbgrader.converters import GenerateFeedback
        from nbgrader.coursedir import CourseDirectory

        self.unit, self.db_url = unit, db_url
        directory = CourseDirectory(config=config)
        converter = GenerateFeedback(coursedir=directory, config=config)
        converter.log.setLevel(logging.ERROR)
        self.exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            self.exporter.register_preprocessor(preprocessor)

    def page(self, student: str, path: Path, notebook=None) -> str:
        """The page on a graded notebook, as HTML; the notebook is read where it is not given."""
        if notebook is None:
            notebook = nbformat.read(path, as_version=4)
        page, _ = self.exporter.from_notebook_node(notebook, self.resources(student, path))
        return page

    def resources(self, student: str, notebook: Path) -> dict:
        """What nbgrader's preprocessors want to know of a submission."""
        return {
            "unique_key": self.unit,
            "output_files_dir": f"{self.unit}_files",
            "metadata": {"path": str(notebook.parent), "name": self.unit},
            "nbgrader": {
                "student": student,
                "assignment": self.unit,
                "notebook": self.unit,
                "db_url": self.db_url,
            },
        }
