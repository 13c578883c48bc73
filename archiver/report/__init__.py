"""Numbers read from the archive: what was lost, what came back, what is at risk, and what is kept of it."""

from archiver.report.build import Progress, Scope, build_report
from archiver.report.figures import By, Counts, Report
from archiver.report.forms import report_to_csv, report_to_json
from archiver.report.prose import report_to_markdown

__all__ = [
    "By",
    "Counts",
    "Progress",
    "Report",
    "Scope",
    "build_report",
    "report_to_csv",
    "report_to_json",
    "report_to_markdown",
]
