"""Small pieces of safe HTML: where a quote stands, why a passage was chosen, what the desk knows. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from app.channels.page.highlight import without_front_matter
from app.channels.page.prose import html, parse
from app.knowledge.articles import Article, Chunk, Ranks

_SNIPPET = 90  # characters


@dataclass(frozen=True)
class Considered:
    """One passage of a stored trace, with its words as they are today."""

    chunk: Chunk
    article: Article
    ranks: Ranks
    cut: str


def date(moment: datetime) -> str:
    """`14 March 2026`, the same in every locale."""
    return f"{moment.day} {moment:%B %Y}"


def heading_path(text: str, position: int) -> tuple[str, ...]:
    """The Markdown headings above a position, outermost first."""
    line = text.count("\n", 0, position)
    path: dict[int, str] = {}
    tokens = parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.map and opening.map[0] <= line:
            level = int(opening.tag[1])
            path = {above: title for above, title in path.items() if above < level}
            path[level] = "".join(child.content for child in inline.children or [])
    return tuple(path.values())


def address(url: str) -> str:
    """The address if a browser may open it at a click, else nothing: `javascript:` and its like are no links."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def considered(candidates: Sequence[Mapping[str, Any]], found: Mapping[str, tuple[Chunk, Article]]) -> list[Considered]:
    """The candidates of a stored trace, best first; those that are gone, or not for this reader, are left out."""
    return [
        Considered(*found[candidate["chunk_id"]], Ranks(**candidate["ranks"]), candidate.get("cut", ""))
        for candidate in candidates
        if candidate["chunk_id"] in found
    ]


def ranking_html(passages: Sequence[Considered]) -> str:
    """A table: how each passage ranked at each step, and why it was not read."""
    reranked = any(passage.ranks.reranked for passage in passages)
    heads = ["Passage", "meaning", "words", "both", *(["reranked"] if reranked else []), ""]
    head = "".join(f"<th>{title}</th>" for title in heads)
    rows = "".join(f"<tr>{_row(passage, reranked)}</tr>" for passage in passages)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(passage: Considered, reranked: bool) -> str:
    button = _article_button(passage.article.id, passage.article.title)
    ranks = [passage.ranks.meaning, passage.ranks.words, passage.ranks.fused]
    if reranked:
        ranks.append(passage.ranks.reranked)
    fate = f'<span class="cut">{escape(passage.cut)}</span>' if passage.cut else "read"
    return _cells(
        f'{button}<span class="snippet">{escape(_snippet(passage.chunk.text))}</span>', *map(_rank, ranks), fate
    )


def _snippet(text: str) -> str:
    """How a chunk begins, without its markup."""
    shown = re.sub(r"<[^>]+>", " ", html(parse(without_front_matter(text))))
    words = " ".join(unescape(shown).split())
    return words if len(words) <= _SNIPPET else words[:_SNIPPET].rpartition(" ")[0] + " …"


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _cells(*contents: str) -> str:
    return "".join(f"<td>{content}</td>" for content in contents)


def articles_html(articles: Sequence[Article]) -> str:
    """Every article as something to click, in the folders they came from."""
    folders: dict[str, list[Article]] = {}
    for article in articles:
        folders.setdefault(article.path.rpartition("/")[0], []).append(article)
    return "".join(
        f'<div class="folder"><h4>{escape(folder.replace("/", " / ")) or "Articles"}</h4><ul>'
        + "".join(f"<li>{_article_button(article.id, article.title)}</li>" for article in folders[folder])
        + "</ul></div>"
        for folder in sorted(folders)
    )


def nearest_html(articles: Sequence[Article]) -> str:
    """Articles that came closest to a question that none of them answers."""
    return "".join(
        f'<div class="near">{_article_button(article.id, article.title)}'
        f'<span class="when">{date(article.updated_at)}</span></div>'
        for article in articles
    )


def _article_button(article_id: str, title: str) -> str:
    return f'<button type="button" class="article" data-article="{escape(article_id)}">{escape(title)}</button>'


def sample_questions(articles: Sequence[Article], limit: int = 4) -> list[str]:
    """Something to start with, from as many folders as there are: titles that ask, then those that say the most."""
    by_folder: dict[str, list[Article]] = {}
    for article in sorted(articles, key=_tells_little):
        by_folder.setdefault(article.path.rpartition("/")[0], []).append(article)
    turns = max(map(len, by_folder.values()), default=0)
    chosen = [folder[turn] for turn in range(turns) for folder in by_folder.values() if turn < len(folder)]
    return [_as_question(article.title) for article in chosen[:limit]]


def _tells_little(article: Article) -> tuple[bool, int, str]:
    """Orders titles as openers: a question, then what is near five words long."""
    return not article.title.endswith("?"), abs(len(article.title.split()) - 5), article.title


def _as_question(title: str) -> str:
    return title if title.endswith("?") else f"What should I know about “{title}”?"
