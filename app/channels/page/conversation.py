"""The conversation a reader is in. Its address holds the ids of its answers: to reload is to see it again."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.answering.answers import Turn
from app.answering.history import turn_of
from app.channels.house import House
from app.channels.under_way import UnderWay
from app.errors import FootnoteError, UnknownAnswer
from app.knowledge.catalog import AnswerRecord

LOST = "This answer was interrupted when the desk restarted. Ask again."
_IDS = "c"  # in the page's address: answer ids, oldest first, joined by dots


@dataclass(frozen=True)
class Exchange:
    """One question on the page: answered, on its way, or with what went wrong."""

    id: str
    question: str
    record: AnswerRecord | None = None
    under_way: UnderWay | None = None
    problem: str = ""


def exchanges(house: House) -> list[Exchange]:
    """Read anew from the catalog at each run: an article that is removed takes its words along at once."""
    return [_exchange(house, id_) for id_ in _ids()]


def history(exchanges: Sequence[Exchange]) -> list[Turn]:
    return [turn_of(each.record) for each in exchanges if each.record]


def begin(house: House, question: str, earlier: Sequence[Exchange]) -> None:
    """Ask, and put the answer under way into the conversation.

    Raises:
        TooMany: the desk is busy.
    """
    under_way = house.start(question, history(earlier))
    _keep([*_ids(), under_way.id])


def finish(house: House, under_way: UnderWay) -> None:
    """From now on the answer goes by the id it is kept under, if it could be written and kept."""
    try:
        kept = house.answer(under_way.answer.id)
    except FootnoteError:
        return  # shown for as long as this process remembers it
    _keep([kept.id if id_ == under_way.id else id_ for id_ in _ids()])


def forget() -> None:
    """A new conversation. The answers stay in the catalog."""
    st.query_params.clear()


def _ids() -> list[str]:
    return [id_ for id_ in st.query_params.get(_IDS, "").split(".") if id_]


def _keep(ids: Sequence[str]) -> None:
    st.query_params[_IDS] = ".".join(ids)


def _exchange(house: House, id_: str) -> Exchange:
    under_way = house.under_way.find(id_)
    if under_way is None:
        try:
            record = house.answer(id_)
        except UnknownAnswer:
            return Exchange(id_, "", problem=LOST)
        return Exchange(id_, record.question, record)
    if not under_way.done:
        return Exchange(id_, under_way.question, under_way=under_way)
    try:
        return Exchange(id_, under_way.question, house.answer_of(under_way))
    except FootnoteError as problem:
        return Exchange(id_, under_way.question, problem=str(problem))
