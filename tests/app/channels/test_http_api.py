"""The API as a program meets it: a real server, real requests, a real desk."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.channels.house import House
from app.knowledge.articles import Asker
from app.settings import Settings
from tests.app.channels.houses import PatientWriter, a_house
from tests.app.channels.serving import served

pytestmark = pytest.mark.slow

QUESTION = {"question": "How long do refunds take?"}


@pytest.fixture
def api(house: House) -> Iterator[httpx.Client]:
    with served(house) as address, httpx.Client(base_url=f"{address}/api/v1") as client:
        yield client


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


def test_a_question_is_answered_in_the_shape_of_the_contract(api: httpx.Client) -> None:
    body = api.post("/answers", json=QUESTION).raise_for_status().json()

    assert body["outcome"] == "answered"
    assert body["citations"][0]["article_id"] == "refunds"
    assert set(body) == {
        *("question", "query", "outcome", "confidence", "answer", "citations", "sentences", "passages"),
        *("trace_id", "model", "timings_ms", "notes"),
    }


def test_a_follow_up_is_understood_from_the_history(api: httpx.Client) -> None:
    history = [{"role": "user", "text": "How are flights booked?"}, {"role": "agent", "text": "Through the portal."}]

    body = api.post("/answers", json={"question": "Do they need approval?", "history": history}).json()

    assert body["citations"][0]["article_id"] == "travel"


def test_a_streamed_answer_comes_in_pieces_and_then_whole(tmp_path: Path) -> None:
    writer = PatientWriter()
    asked = QUESTION | {"stream": True}
    with (
        a_house(tmp_path, writer) as house,
        served(house) as address,
        httpx.stream("POST", f"{address}/api/v1/answers", json=asked) as response,
    ):
        coming = events(response)
        writer.write_first()
        first = next(coming)
        was_whole_already = next(iter(house.under_way._known.values())).done
        writer.write_all()
        rest = list(coming)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert first[0] == "piece" and not was_whole_already
    assert rest[-1][0] == "answer"
    assert first[1]["text"] + "".join(body["text"] for kind, body in rest if kind == "piece") == rest[-1][1]["answer"]


def test_an_answer_that_was_given_can_be_read_again(api: httpx.Client) -> None:
    given_now = api.post("/answers", json=QUESTION).json()

    kept = api.get(f"/answers/{given_now['trace_id']}").json()

    assert kept["answer"] == given_now["answer"]
    assert kept["citations"] == given_now["citations"]


def test_search_shows_ranks_by_meaning_and_by_words(api: httpx.Client) -> None:
    by_get = api.get("/search", params={"q": "refunds", "k": 1}).json()
    by_post = api.post("/searches", json={"query": "refunds", "k": 1}).json()

    assert by_get["passages"] == by_post["passages"]
    assert by_get["passages"][0]["ranks"]["words"] == 1


def test_articles_are_listed_and_read(api: httpx.Client) -> None:
    listed = api.get("/articles").json()["articles"]
    read = api.get(f"/articles/{listed[0]['article_id']}").json()

    assert [article["title"] for article in listed] == ["Refunds", "Travel"]
    assert read["text"].startswith("# Refunds")


def test_unknown_and_forbidden_articles_answer_alike(api: httpx.Client) -> None:
    unknown, forbidden = api.get("/articles/nowhere"), api.get("/articles/salaries")

    assert unknown.status_code == forbidden.status_code == 404
    assert unknown.content == forbidden.content


def test_an_answer_that_quotes_a_forbidden_article_is_as_unknown(api: httpx.Client, house: House) -> None:
    answer = house.desk.ask("When do salaries rise?", (), Asker.of(["hr"])).answer

    forbidden, unknown = api.get(f"/answers/{answer.id}"), api.get("/answers/nowhere")

    assert [citation.article_id for citation in answer.citations] == ["salaries"]
    assert forbidden.status_code == unknown.status_code == 404
    assert forbidden.content == unknown.content


def test_nobody_names_an_audience(api: httpx.Client) -> None:
    refused = [
        api.post("/answers", json=QUESTION | {"audiences": ["hr"]}),
        api.post("/answers", json=QUESTION, headers={"X-Audience": "hr"}),
        api.get("/search", params={"q": "pay", "audience": "hr"}),
        api.get("/articles", params={"as_audience": "hr"}),
    ]

    assert [response.status_code for response in refused] == [403] * 4
    assert all("do not name an audience" in response.json()["error"] for response in refused)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"question": 7}',
        b'{"question": ""}',
        b'{"question": "\\ud800 refunds"}',
        b'{"question": "x", "history": [{"role": "king", "text": "y"}]}',
        b'{"question": "x", "k": 1}',
        b"\xff\xfe",
        json.dumps({"question": "x" * 100_000}).encode(),
        json.dumps({"question": "", "stream": True}).encode(),
    ],
)
def test_bad_input_is_refused_with_one_sentence(api: httpx.Client, body: bytes) -> None:
    response = api.post("/answers", content=body, headers={"content-type": "application/json"})

    assert 400 <= response.status_code < 500
    assert set(response.json()) == {"error"}
    assert "\n" not in response.json()["error"]


def test_a_body_that_is_too_large_is_refused_however_it_is_sent(api: httpx.Client) -> None:
    chunks = [b'{"question": "', *[b"x" * 65536] * 20, b'"}']

    whole = api.post("/answers", content=b"".join(chunks), headers={"content-type": "application/json"})
    in_chunks = api.post("/answers", content=iter(chunks), headers={"content-type": "application/json"})

    assert whole.status_code == in_chunks.status_code == 413


@pytest.mark.parametrize("host", ["evil.test", "evil.test:8501", "127.0.0.1.evil.test", "", "localhost@evil.test"])
def test_another_host_name_is_refused(api: httpx.Client, host: str) -> None:
    assert api.get("/articles", headers={"host": host}).status_code == 403


def test_another_web_site_is_refused(api: httpx.Client) -> None:
    foreign = api.post("/answers", json=QUESTION, headers={"origin": "http://evil.test"})
    own = api.post("/answers", json=QUESTION, headers={"origin": f"http://127.0.0.1:{api.base_url.port}"})

    assert foreign.status_code == 403
    assert own.status_code == 200
    assert "access-control-allow-origin" not in own.headers


def test_the_public_address_is_a_name_of_its_own(tmp_path: Path) -> None:
    with a_house(tmp_path) as house, served(house, Settings(public_url="https://desk.example")) as address:
        response = httpx.get(f"{address}/api/v1/articles", headers={"host": "desk.example"})

    assert response.status_code == 200


def test_one_answer_too_many_is_asked_to_come_back(tmp_path: Path) -> None:
    writer = PatientWriter()
    with a_house(tmp_path, writer, at_once=1) as house, served(house) as address:
        under_way = house.start("How long do refunds take?", ())

        busy = httpx.post(f"{address}/api/v1/answers", json=QUESTION)
        writer.write_all()
        _until(lambda: under_way.done)

        assert busy.status_code == 503
        assert busy.headers["retry-after"]
        assert httpx.post(f"{address}/api/v1/answers", json=QUESTION).status_code == 200


@pytest.mark.parametrize("stream", [True, False])
def test_who_hangs_up_stops_the_writer(tmp_path: Path, stream: bool) -> None:
    writer = PatientWriter()
    with a_house(tmp_path, writer) as house, served(house) as address:
        writer.write_first()
        try:
            with httpx.stream(
                "POST", f"{address}/api/v1/answers", json=QUESTION | {"stream": stream}, timeout=3
            ) as response:
                next(response.iter_lines())
        except httpx.ReadTimeout:
            assert not stream

        _until(lambda: next(iter(house.under_way._known.values()))._cancelled)
        writer.may_write[2].set()
        _until(lambda: next(iter(house.under_way._known.values())).done)
        writer.write_all()  # what is on its way is its last

        assert writer.stopped.wait(5)


def test_health_and_readiness_say_what_there_is(house: House) -> None:
    with served(house) as address:
        health, ready = httpx.get(f"{address}/healthz"), httpx.get(f"{address}/readyz")

    assert health.json() == {"status": "ok"}
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert ready.json()["articles"] == 2


def test_an_empty_desk_is_ready_and_says_how_to_fill_it(tmp_path: Path) -> None:
    with a_house(tmp_path, empty=True) as house, served(house) as address:
        ready = httpx.get(f"{address}/readyz").json()

    assert any("footnote ingest" in note for note in ready["notes"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["question", "history", "stream", "query", "k", "explain", "role", "text", "x"])
PATHS = st.sampled_from(
    ["/answers", "/searches", "/search", "/articles", "/articles/{}", "/answers/{}", "/answers/affected", "/{}"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=PATHS,
    part=st.text(min_size=1, max_size=20),
    query=st.dictionaries(st.sampled_from(["q", "k", "explain", "x"]), st.text(max_size=20), max_size=3),
    body=st.none() | JSON | st.dictionaries(NAMES, JSON, max_size=4),
)
def test_no_input_makes_a_server_error(
    api: httpx.Client, method: str, path: str, part: str, query: dict[str, str], body: object
) -> None:
    address = f"{api.base_url}{path.lstrip('/')}?{urlencode(query)}".replace("{}", quote(part, safe=""))

    response = api.request(method, address, json=body)

    assert response.status_code < 500, response.text


def _until(happened: Any, seconds: float = 10.0) -> None:
    end = monotonic() + seconds
    while not happened():
        assert monotonic() < end, "it did not happen in time"
        sleep(0.02)


def test_answers_whose_articles_changed_are_listed_as_far_as_anybody_may_read_them(
    api: httpx.Client, house: House
) -> None:
    given = api.post("/answers", json=QUESTION).json()
    hidden = house.desk.ask("When do salaries rise?", (), Asker.of({"hr"})).answer
    before = api.get("/answers/affected").json()

    house.catalog.remove_article("refunds")
    house.catalog.remove_article("salaries")

    assert before == {"answers": []}
    listed = api.get("/answers/affected", params={"since": "1h"}).raise_for_status().json()["answers"]
    assert {answer["trace_id"] for answer in listed} == {given["trace_id"], hidden.id}
    assert [quote["fate"] for answer in listed for article in answer["articles"] for quote in article["quotes"]] == [
        "removed",
        "removed",
    ]
    assert "salaries" not in json.dumps([answer["question"] for answer in listed]).casefold()
    assert api.get("/answers/affected", params={"since": "yesterday"}).status_code == 422
