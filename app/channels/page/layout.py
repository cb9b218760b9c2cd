"""The page from top to bottom."""

import streamlit as st

from app.answering.desk import LONGEST_QUESTION
from app.answering.rephrasing import shortened
from app.channels.house import PUBLIC_ASKER, House
from app.channels.page import conversation, reading
from app.channels.page.answer import show_exchange
from app.channels.page.prose import label
from app.channels.page.showing import style
from app.channels.page.welcome import show_masthead, show_nothing_known, show_welcome
from app.channels.under_way import TooMany


def show_page(house: House) -> None:
    """Everything the reader sees, for one run of the page."""
    style()
    articles = house.catalog.articles(PUBLIC_ASKER)
    if show_masthead(len(articles)):
        reading.close()
        conversation.forget()
    if reading.show_article(house):
        return
    exchanges = conversation.exchanges(house)
    if exchanges and exchanges[0].question:
        st.set_page_config(page_title=f"{shortened(exchanges[0].question)} · Footnote")  # tabs can be told apart
    if not articles and not exchanges:
        show_nothing_known()
        return
    asked = st.chat_input("Ask a question", key="ask", max_chars=LONGEST_QUESTION) or ""
    place = st.empty()  # cleared at once when a conversation begins, not only when its first answer is whole
    if not exchanges and not asked:
        with place.container():
            asked = show_welcome(articles)
    if asked.strip():
        _ask(house, asked.strip(), exchanges)
    for exchange in exchanges:
        show_exchange(house, exchange)
    reading.show_footnote(house)


def _ask(house: House, question: str, exchanges: list[conversation.Exchange]) -> None:
    try:
        conversation.begin(house, question, exchanges)
    except TooMany as busy:
        st.warning(label(str(busy)))
        return
    reading.close()
    st.rerun()
