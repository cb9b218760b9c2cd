"""A stream that is read from ordinary code comes whole, fails as it fails, and can be left while it is silent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import closing
from threading import Event

import pytest

from app.streaming import pieces_of


async def counting(to: int) -> AsyncGenerator[str, None]:
    for number in range(to):
        yield str(number)


def test_all_pieces_come_in_order_however_many_there_are() -> None:
    assert "".join(pieces_of(lambda: counting(2_000))) == "".join(map(str, range(2_000)))


def test_what_a_stream_raises_is_raised_where_it_is_read() -> None:
    async def failing() -> AsyncGenerator[str, None]:
        yield "one"
        raise ValueError("broken")

    with closing(pieces_of(failing)) as pieces:
        assert next(pieces) == "one"
        with pytest.raises(ValueError, match="broken"):
            list(pieces)


def test_a_silent_stream_gives_empty_pieces_and_ends_when_it_is_left() -> None:
    left = Event()

    async def silent() -> AsyncGenerator[str, None]:
        try:
            await asyncio.sleep(60)
            yield "too late"
        finally:
            left.set()

    with closing(pieces_of(silent, pulse=0.01)) as pieces:
        assert next(pieces) == ""

    assert left.wait(5)


def test_a_stream_that_is_far_ahead_of_its_reader_ends_too_when_it_is_left() -> None:
    left = Event()

    async def endless() -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "more"
        finally:
            left.set()

    with closing(pieces_of(endless)) as pieces:
        assert next(pieces) == "more"

    assert left.wait(5)
