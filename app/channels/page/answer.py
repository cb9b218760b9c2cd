"""One question and its answer on the page: written as one watches, then with its footnotes and sources."""

from html import escape

import streamlit as st

from app.channels.house import PUBLIC_ASKER, House
from app.channels.page import cards, reading
from app.channels.page.conversation import Exchange, finish
from app.channels.page.prose import answer_html, label
from app.channels.page.showing import Chosen, show
from app.channels.under_way import UnderWay
from app.errors import UnknownArticle
from app.knowledge.articles import Article
from app.knowledge.catalog import AnswerRecord

_PATIENCE = 2.0  # seconds for which a reader waits without asking why
_CONSIDERED = 12  # passages explained: those that were read, and those that nearly were


def show_exchange(house: House, exchange: Exchange) -> None:
    with st.container(key=f"exchange-{exchange.id}"):
        if exchange.question:
            st.html(f'<h2 class="question">{escape(exchange.question)}</h2>')
        if exchange.problem:
            st.warning(label(exchange.problem))
        elif exchange.under_way:
            _follow(house, exchange.under_way)
        elif exchange.record:
            _show_answer(house, exchange.record)


def _follow(house: House, under_way: UnderWay) -> None:
    """Show it as it is written. Should this run be stopped, the answer is written on, and the next run follows it."""
    place = st.empty()
    while not under_way.done:
        written = answer_html(under_way.text, range(1, 1000)) if under_way.text else f"<p>{_doing(under_way)}</p>"
        state = "writing" if under_way.text else "searching"
        place.html(f'<div class="prose answer {state}" aria-live="polite">{written}</div>')
        under_way.wait(0.25)
    finish(house, under_way)
    st.rerun()


def _doing(under_way: UnderWay) -> str:
    """What a reader is told who has not seen a word yet."""
    if under_way.seconds < _PATIENCE or not under_way.happening:
        return "Reading the articles"
    return escape(under_way.happening[:1].upper() + under_way.happening[1:])


def _show_answer(house: House, record: AnswerRecord) -> None:
    marks = {citation.mark for citation in record.citations}
    is_answered = record.outcome == "answered"
    said = record.text if is_answered else record.text.partition("\n\n")[0]  # the titles that follow come as cards
    chosen = show(answer_html(said, marks), key=f"answer-{record.id}", kind="answer")
    if chosen and chosen.mark:
        reading.open_footnote(record.id, chosen.mark)
    for note in record.trace.get("notes", []):
        st.html(f'<p class="note">{escape(note)}</p>')
    _show_sources(record)
    if not is_answered:
        _show_nearest(house, record)
    _show_why(house, record)


def _show_sources(record: AnswerRecord) -> None:
    if not record.citations:
        return
    marks: dict[str, list[int]] = {}
    titles = {citation.article_id: citation.title or "removed article" for citation in record.citations}
    for citation in record.citations:
        marks.setdefault(citation.article_id, []).append(citation.mark)
    with st.container(key=f"sources-{record.id}", horizontal=True):
        for article_id, opened_by in marks.items():
            marked = f"{' · '.join(map(str, opened_by))}  {label(titles[article_id])}"
            if st.button(marked, key=f"source-{record.id}-{opened_by[0]}"):
                reading.open_footnote(record.id, opened_by[0])


def _show_nearest(house: House, record: AnswerRecord) -> None:
    ids = dict.fromkeys(candidate["article_id"] for candidate in record.trace.get("candidates", []))
    nearest = list(_readable(house, list(ids)[:3]).values())
    if nearest:
        _open(show(cards.nearest_html(nearest), key=f"nearest-{record.id}", kind="cards"))


def _show_why(house: House, record: AnswerRecord) -> None:
    version = house.catalog.live_version()
    candidates = record.trace.get("candidates", [])[:_CONSIDERED]
    if version is None or not candidates:
        return
    found = house.catalog.resolve(version, [candidate["chunk_id"] for candidate in candidates], PUBLIC_ASKER)
    with st.expander("Why these passages"):
        st.html('<p class="aside">Where each passage ranked by meaning, by words, and in both together.</p>')
        table = cards.ranking_html(cards.considered(candidates, found))
        _open(show(table, key=f"why-{record.id}", kind="ranking"))


def _open(chosen: Chosen | None) -> None:
    if chosen and chosen.article_id:
        reading.open_article(chosen.article_id)


def _readable(house: House, ids: list[str]) -> dict[str, Article]:
    readable = {}
    for id_ in dict.fromkeys(ids):
        try:
            readable[id_] = house.catalog.article(id_, PUBLIC_ASKER)
        except UnknownArticle:
            continue  # removed since, or not for this reader: it does not appear
    return readable
