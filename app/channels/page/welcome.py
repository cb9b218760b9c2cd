"""What a reader sees before the first question: what the desk knows, and something to ask."""

import streamlit as st

from app.channels.page import cards, reading
from app.channels.page.prose import label
from app.channels.page.showing import show
from app.knowledge.articles import Article

_LISTED = 1000  # articles by name; a longer list is for searching, not for reading


def show_masthead(articles: int) -> bool:
    """The name, what the desk knows, and a way to begin anew; True when that was chosen."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        known = f"{articles:,} article{'' if articles == 1 else 's'}"
        st.html(f'<div class="name">Footnote<span>1</span></div><div class="known">{known}</div>')
        return st.button("New conversation", key="new", icon=":material/edit_square:")


def show_nothing_known() -> None:
    """An empty knowledge base: say how to fill it."""
    st.html(
        '<div class="hero"><h1>This desk has not read anything yet.</h1>'
        "<p>Give it a folder of articles, and ask again:</p></div>"
    )
    st.code("footnote ingest FOLDER", language="shell")
    st.html(
        '<p class="aside">It reads Markdown, text, HTML, PDF and Word files. They stay on this computer; '
        "nothing is sent anywhere.</p>"
    )


def show_welcome(articles: list[Article]) -> str:
    """The start of a conversation; returns the sample question that was chosen, or nothing."""
    st.html(
        '<div class="hero"><h1>What would you like to know?</h1>'
        "<p>Every sentence of an answer carries a footnote that opens the very words it rests on.</p></div>"
    )
    question = ""
    with st.container(key="samples"):
        for number, sample in enumerate(cards.sample_questions(articles)):
            if st.button(label(sample), key=f"sample-{number}"):
                question = sample
    with st.expander(f"Everything this desk has read · {len(articles):,}"):
        chosen = show(cards.articles_html(articles[:_LISTED]), key="known", kind="known")
    if chosen and chosen.article_id:
        reading.open_article(chosen.article_id)
    return question
