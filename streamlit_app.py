"""The page: `footnote serve` serves it beside the API; `streamlit run streamlit_app.py` shows it alone."""

import streamlit as st

from app.channels.house import House, shared
from app.channels.page.layout import show_page
from app.channels.page.prose import label
from app.channels.page.showing import icon
from app.errors import FootnoteError


def _open_house() -> House:
    from app.channels.server import open_house

    return open_house()


st.set_page_config(page_title="Footnote", page_icon=icon(), layout="centered")
try:
    show_page(shared(_open_house))
except FootnoteError as problem:
    st.error(label(str(problem)))
