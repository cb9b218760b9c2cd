"""Puts safe HTML on the page, with footnotes and articles in it that can be clicked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Chosen:
    """What the reader clicked: a footnote's mark, or an article; the other one is 0 or empty."""

    mark: int = 0
    article_id: str = ""


@cache
def asset(name: str) -> str:
    """A file beside this one, as text."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def icon() -> str:
    """For the browser's tab: drawn here, as Streamlit fetches its named icons from elsewhere."""
    return asset("icon.svg")


def style() -> None:
    """The page's own look, on top of the theme."""
    st.html(f"<style>{asset('page.css')}</style>")


def show(html: str, key: str, kind: str = "", seek: bool = False) -> Chosen | None:
    """Show HTML made by `prose`, `highlight` or `cards`; returns what was just clicked in it.

    `kind` is a class for page.css; `seek` scrolls what was found into view, or else the quote around it.
    """
    result = _component()(
        key=key, data={"html": html, "kind": kind, "seek": seek}, on_chosen_change=_heard, height="content"
    )
    chosen = result.get("chosen")
    return Chosen(int(chosen["mark"]), str(chosen["article"])) if chosen else None


def _heard() -> None:
    """Streamlit reruns the page for a trigger only when somebody listens to it."""


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "footnote_prose", html='<div class="prose"></div>\n', js=asset("prose.js"), isolate_styles=False
    )
