"""The sample's articles as plain readers give their text: not our parsers, so that a quote is true without them."""

from functools import cache
from pathlib import Path
from typing import Any

import docx
from bs4 import BeautifulSoup
from docx.table import Table
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = ROOT / "sample" / "knowledge"
GOLDEN = ROOT / "evals" / "golden"


@cache
def text_of(article: Path) -> str:
    """Markdown and text as they stand; HTML, PDF and Word with white space collapsed, tables row by row."""
    if article.suffix == ".html":
        page = BeautifulSoup(article.read_text("utf-8"), "html.parser")
        return collapsed(page.body.get_text(" ") if page.body else "")
    if article.suffix == ".pdf":
        return collapsed(" ".join(page.extract_text() for page in PdfReader(article).pages))
    if article.suffix == ".docx":
        return collapsed(" ".join(_word_blocks(article)))
    return article.read_text("utf-8")


def _word_blocks(article: Path) -> list[str]:
    blocks: list[Any] = list(docx.Document(str(article)).iter_inner_content())
    return [
        " ".join(cell.text for row in block.rows for cell in row.cells) if isinstance(block, Table) else block.text
        for block in blocks
    ]


def collapsed(text: str) -> str:
    return " ".join(text.split())
