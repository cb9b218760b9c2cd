"""The double itself: what it says to an unmodified slack-sdk is what Slack documents."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server import SlackServer, slack_server


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        server.add_user("U1", "ana@example.com")
        server.add_channel("C1", ("U1",))
        yield server


def web_client(slack: SlackServer, token: str = "xoxb-1") -> AsyncWebClient:
    return AsyncWebClient(token, base_url=slack.base_url, retry_handlers=[])


def refusal(call: Callable[[], Awaitable[Any]]) -> str:
    async def refused() -> str:
        with pytest.raises(SlackApiError) as problem:
            await call()
        return str(problem.value.response["error"])

    return asyncio.run(refused())


def test_a_message_is_posted_edited_found_and_deleted(slack: SlackServer) -> None:
    async def talk() -> None:
        web = web_client(slack)
        root = slack.post("U1", "C1", "hello")["ts"]
        metadata = {"event_type": "footnote", "event_payload": {"key": "k"}}
        posted = await web.chat_postMessage(channel="C1", thread_ts=root, text="one", metadata=metadata)
        await web.chat_update(channel="C1", ts=posted["ts"], text="two")
        replies = await web.conversations_replies(channel="C1", ts=root, include_all_metadata=True)
        assert [(m["text"], m.get("metadata")) for m in replies["messages"]] == [("hello", None), ("two", metadata)]
        await web.chat_delete(channel="C1", ts=posted["ts"])

    asyncio.run(talk())

    assert slack.from_bot("C1") == []


def test_a_stream_is_started_appended_to_and_stopped_and_takes_nothing_after_that(slack: SlackServer) -> None:
    async def talk() -> str:
        web = web_client(slack)
        root = slack.post("U1", "C1", "hello")["ts"]
        whom: dict[str, Any] = {"recipient_user_id": "U1", "recipient_team_id": "T1"}
        stream = await web.chat_startStream(channel="C1", thread_ts=root, markdown_text="a", **whom)
        with pytest.raises(SlackApiError, match="streaming_state_conflict"):
            await web.chat_update(channel="C1", ts=stream["ts"], text="no")
        await web.chat_appendStream(channel="C1", ts=stream["ts"], markdown_text="b")
        await web.chat_stopStream(channel="C1", ts=stream["ts"], markdown_text="c")
        with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
            await web.chat_appendStream(channel="C1", ts=stream["ts"], markdown_text="d")
        return str(slack.from_bot("C1")[0]["markdown_text"])

    assert asyncio.run(talk()) == "abc"


def test_what_is_too_long_elsewhere_or_without_a_token_is_refused_in_slacks_words(slack: SlackServer) -> None:
    slack.add_channel("C2", has_bot=False)
    web = web_client(slack)
    long = [{"type": "markdown", "text": "x" * 12_001}]

    assert refusal(lambda: web.chat_postMessage(channel="C1", text="x" * 40_001)) == "msg_too_long"
    assert refusal(lambda: web.chat_postMessage(channel="C1", text="x", blocks=long)) == "msg_blocks_too_long"
    assert refusal(lambda: web.chat_postMessage(channel="C2", text="x")) == "not_in_channel"
    assert refusal(lambda: web.chat_postMessage(channel="C9", text="x")) == "channel_not_found"
    assert refusal(lambda: web.chat_startStream(channel="C1", thread_ts="1.0")) == "missing_recipient_user_id"
    assert refusal(web_client(slack, "nothing").auth_test) == "invalid_auth"
    slack.revoked = "token_revoked"
    assert refusal(web.auth_test) == "token_revoked"


def test_a_rate_limit_is_waited_out_by_the_sdks_own_handler(slack: SlackServer) -> None:
    slack.fail("auth.test", retry_after=0, times=2)

    async def talk() -> None:
        handlers: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=3)]
        await AsyncWebClient("xoxb-1", base_url=slack.base_url, retry_handlers=handlers).auth_test()

    asyncio.run(talk())

    assert len(slack.called("auth.test")) == 3


class Listener:
    """A Socket Mode client of the SDK that notes what it hears, and acknowledges if it is told to."""

    def __init__(self, slack: SlackServer, acknowledges: bool = True) -> None:
        self.heard: list[SocketModeRequest] = []
        self._acknowledges = acknowledges
        self.client = SocketModeClient("xapp-1", web_client=web_client(slack), ping_interval=0.2)
        self.client.socket_mode_request_listeners.append(self._hear)

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self._acknowledges:
            await client.send_socket_mode_response({"envelope_id": request.envelope_id})

    async def hears(self, count: int) -> None:
        for _ in range(500):
            if len(self.heard) >= count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"heard {len(self.heard)} of {count}")


def test_an_envelope_is_sent_once_when_it_is_acknowledged(slack: SlackServer) -> None:
    async def listen() -> None:
        listener = Listener(slack)
        await listener.client.connect_to_new_endpoint(force=True)
        slack.mention("U1", "C1", "How long?")
        await listener.hears(1)
        await asyncio.sleep(0.1)
        await listener.client.close()  # type: ignore[no-untyped-call]
        assert [request.payload["event"]["type"] for request in listener.heard] == ["app_mention"]

    asyncio.run(listen())

    assert len(slack.envelopes[0].acknowledged) == 1


def test_an_envelope_comes_again_with_its_attempt_until_it_is_acknowledged(slack: SlackServer) -> None:
    slack.acknowledged_within = 0.05

    async def listen() -> list[int | None]:
        listener = Listener(slack, acknowledges=False)
        await listener.client.connect_to_new_endpoint(force=True)
        slack.mention("U1", "C1", "How long?")
        await listener.hears(4)
        await listener.client.close()  # type: ignore[no-untyped-call]
        return [request.retry_attempt for request in listener.heard]

    assert asyncio.run(listen()) == [0, 1, 2, 3]


@pytest.mark.parametrize("breaks", ["cut", "refresh"])
def test_a_connection_that_is_cut_or_to_be_renewed_is_opened_again_and_goes_on(slack: SlackServer, breaks: str) -> None:
    async def listen() -> None:
        listener = Listener(slack)
        await listener.client.connect_to_new_endpoint(force=True)
        await asyncio.to_thread(getattr(slack, breaks))
        for _ in range(500):
            if slack.connections >= 2:
                break
            await asyncio.sleep(0.01)
        slack.mention("U1", "C1", "How long?")
        await listener.hears(1)
        await listener.client.close()  # type: ignore[no-untyped-call]

    asyncio.run(listen())

    assert slack.connections == 2
