"""One self-contained HTML file for people: no outside requests, no script, readable on a phone, light and dark."""

from evals.report.answers import write_answers_report
from evals.report.retrieval import write_retrieval_report

__all__ = ["write_answers_report", "write_retrieval_report"]
