"""Reading a source: the panel beside the answer, with the quote in its surroundings, and the whole article."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from app.answering.findings import spans_in
from app.channels.house import PUBLIC_ASKER, House
from app.channels.page import cards
from app.channels.page.highlight import Span, article_html, is_markdown
from app.channels.page.showing import show
from app.errors import UnknownAnswer, UnknownArticle
from app.knowledge.articles import Article
from app.knowledge.catalog import CitationRecord

_REACH = 1500  # code points of surroundings above and below a quote
_OPEN = "open footnote"  # in the session: which one the panel shows
_ARTICLE, _QUOTE, _FOUND = "article", "quote", "found"  # in the page's address: links to a source point here


@dataclass(frozen=True)
class _Footnote:
    answer_id: str
    mark: int


def open_footnote(answer_id: str, mark: int) -> None:
    st.session_state[_OPEN] = _Footnote(answer_id, mark)


def open_article(article_id: str, quote: Span | None = None, found: Span | None = None) -> None:
    """Turn the page to the article; its address can be shared."""
    st.query_params[_ARTICLE] = article_id
    for name, span in ((_QUOTE, quote), (_FOUND, found)):
        if span:
            st.query_params[name] = f"{span[0]}-{span[1]}"
    st.rerun()


def close() -> None:
    st.session_state.pop(_OPEN, None)


def show_footnote(house: House) -> None:
    """The panel, when a footnote is open."""
    opened: _Footnote | None = st.session_state.get(_OPEN)
    if opened is None:
        return
    try:
        record = house.answer(opened.answer_id)
        citation = next(citation for citation in record.citations if citation.mark == opened.mark)
    except (UnknownAnswer, StopIteration):  # the answer could not be kept, or went with its article
        close()
        return
    with st.container(key="source"):
        found = spans_in(record.trace).get(opened.mark)
        _show_source(house, citation, found, key=f"{opened.answer_id}-{opened.mark}")


def _show_source(house: House, citation: CitationRecord, found: Span | None, key: str) -> None:
    if not citation.quote:
        _panel_head(citation, "Removed article", "")
        st.html('<p class="note">The article this rested on has been removed, and its words with it.</p>')
        return
    try:
        article = house.catalog.article(citation.article_id, PUBLIC_ASKER)
        text = house.catalog.revision(citation.article_id, citation.revision, PUBLIC_ASKER).text
    except UnknownArticle:
        _panel_head(citation, citation.title, f"As of {cards.date(citation.updated_at)}")
        show(f'<blockquote class="plain">{escape(citation.quote)}</blockquote>', key=f"kept-{key}", kind="source")
        st.html('<p class="note">The article has changed since. This is what it said when the answer was given.</p>')
        return
    headings = cards.heading_path(text, citation.start) if is_markdown(article.path) else ()
    path = " › ".join(heading for heading in headings if heading != article.title)
    _panel_head(citation, article.title, f"Updated {cards.date(article.updated_at)}", path)
    quote = (citation.start, citation.end)
    show(_text(article, text, quote, found, _REACH), key=f"text-{key}", kind="source", seek=True)
    with st.container(key="source-foot", horizontal=True):
        if st.button("Open article", key=f"open-{key}", type="primary"):
            close()
            open_article(article.id, quote, found)
        _link(article)


def _panel_head(citation: CitationRecord, title: str, *lines: str) -> None:
    with st.container(key="source-head", horizontal=True, vertical_alignment="top"):
        st.html(f'<div class="titled"><span class="number">{citation.mark}</span>{_head(title, *lines)}</div>')
        st.button("Close", key="close-source", icon=":material/close:", on_click=close)


def show_article(house: House) -> bool:
    """The article that the page's address names, whole; False when it names none."""
    article_id = st.query_params.get(_ARTICLE)
    if not article_id:
        return False
    with st.container(key="reader"):
        if st.button("Back", key="back", icon=":material/arrow_back:"):
            _leave_article()
        try:
            article = house.catalog.article(article_id, PUBLIC_ASKER)
            text = house.catalog.revision(article.id, article.revision, PUBLIC_ASKER).text
        except UnknownArticle:
            st.warning("There is no such article here. It may have been removed or moved.")
            return True
        st.html(_head(article.title, f"Updated {cards.date(article.updated_at)}"))
        _link(article)
        shown = _text(article, text, _in_address(_QUOTE), _in_address(_FOUND))
        show(shown, key=f"article-{article.id}", kind="source whole", seek=True)
    return True


def _text(article: Article, text: str, quote: Span | None, found: Span | None, reach: int | None = None) -> str:
    """As HTML, without the heading that says the title once more."""
    shown = article_html(text, markdown=is_markdown(article.path), quote=quote, found=found, reach=reach)
    return shown.removeprefix(f"<h1>{escape(article.title)}</h1>")


def _in_address(name: str) -> Span | None:
    start, _, end = st.query_params.get(name, "").partition("-")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() and len(start + end) < 30 else None


def _leave_article() -> None:
    for name in (_ARTICLE, _QUOTE, _FOUND):
        st.query_params.pop(name, None)
    st.rerun()


def _head(title: str, *lines: str) -> str:
    where = "".join(f'<p class="where">{escape(line)}</p>' for line in lines if line)
    return f'<div class="prose head"><h3>{escape(title)}</h3>{where}</div>'


def _link(article: Article) -> None:
    if url := cards.address(article.url):
        st.link_button("Original", url, icon=":material/open_in_new:")
