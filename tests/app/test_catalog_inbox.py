"""What a channel owes an answer: taken in once, held by one, in order, ended once; and what was shown is known."""

from datetime import UTC, datetime

from app.knowledge.catalog import AnswerRecord, Catalog, Change, CitationRecord, Feedback, Gap, Letter, Telling
from app.knowledge.catalog.leases import holder_here
from tests.builders import WRITTEN, Opened, an_article, publish_article

ME = "host:1"
QUOTE = "Refunds take five days."


def receive(catalog: Catalog, event: str = "E1", ts: str = "1.0", conversation: str = "C1/1.0") -> bool:
    return catalog.inbox.receive("slack", event, "question", conversation, ts, {"text": event}, f"C1/{ts}")


def claim(catalog: Catalog, holder: str = ME, seconds: float = 30.0) -> Letter | None:
    return catalog.inbox.claim("slack", holder, seconds)


def claimed(catalog: Catalog, holder: str = ME) -> Letter:
    letter = claim(catalog, holder)
    assert letter is not None
    return letter


def a_telling(answer_id: str = "a1", audiences: tuple[str, ...] = ("public",), place: str = "C1/2.0") -> Telling:
    return Telling("slack", place, answer_id, "C1", audiences, WRITTEN, {"thread_ts": "1.0"})


def save_answer(catalog: Catalog, id: str = "a1", *cited: str) -> None:
    citations = tuple(CitationRecord(n, a, "", "", 1, 0, 23, QUOTE, WRITTEN) for n, a in enumerate(cited, start=1))
    catalog.save_answer(AnswerRecord(id, "How long?", "refund time", "answered", QUOTE, citations, WRITTEN))


def test_the_same_event_comes_in_once_and_so_does_the_same_message_in_another_event(catalog: Catalog) -> None:
    assert receive(catalog, "E1", "1.0")
    assert not receive(catalog, "E1", "9.0")
    assert not receive(catalog, "E2", "1.0")

    assert claimed(catalog).payload == {"text": "E1"}
    assert claim(catalog) is None


def test_what_one_holds_nobody_else_gets_until_it_lapses(catalog: Catalog) -> None:
    receive(catalog)
    first = claim(catalog, ME, seconds=0.0)
    assert first is not None

    second = claimed(catalog, "host:2")

    assert second.attempts == 2
    assert not catalog.inbox.renew(first, ME, 30)
    assert not catalog.inbox.note(first, ME, {"posted": 1})
    assert not catalog.inbox.end(first, ME, "answered", a_telling())
    assert catalog.inbox.end(second, "host:2", "answered")
    assert catalog.told.at("slack", "C1/2.0") is None


def test_what_a_dead_process_of_this_host_held_is_free_at_once(catalog: Catalog) -> None:
    receive(catalog)
    dead = f"{holder_here().partition(':')[0]}:4194999"

    assert claim(catalog, dead) is not None

    assert claimed(catalog).attempts == 2


def test_progress_outlives_its_holder(catalog: Catalog) -> None:
    receive(catalog)
    first = claim(catalog, ME, seconds=0.0)
    assert first is not None
    catalog.inbox.note(first, ME, {"posted": ["2.0"]})

    assert claimed(catalog, "host:2").progress == {"posted": ["2.0"]}


def test_a_conversation_is_answered_in_the_order_it_was_spoken_not_in_the_order_it_arrived(catalog: Catalog) -> None:
    receive(catalog, "later", "3.0")
    receive(catalog, "first", "1.0")
    receive(catalog, "elsewhere", "2.0", conversation="C1/2.0")

    held = claimed(catalog)
    beside = claimed(catalog)
    nothing_more = claim(catalog)
    catalog.inbox.end(held, ME, "answered")
    after = claimed(catalog)

    assert [held.payload["text"], beside.payload["text"], after.payload["text"]] == ["first", "elsewhere", "later"]
    assert nothing_more is None


def test_what_is_given_back_waits_and_does_not_count_as_an_attempt(catalog: Catalog) -> None:
    receive(catalog)
    catalog.inbox.give_back(claimed(catalog), ME, seconds=60)
    assert claim(catalog) is None
    receive(catalog, "E2", "5.0", conversation="C1/5.0")

    catalog.inbox.give_back(claimed(catalog), ME)

    assert claimed(catalog).attempts == 1


def test_ended_letters_are_remembered_against_repeats_and_forgotten_in_the_end(catalog: Catalog) -> None:
    receive(catalog)
    catalog.inbox.end(claimed(catalog), ME, "answered", a_telling())

    assert not receive(catalog)
    assert catalog.inbox.open("slack") == 0
    assert catalog.told.at("slack", "C1/2.0") == a_telling()
    catalog.inbox.forget("slack", days=0)
    assert catalog.inbox.letters("slack", "C1/1.0") == []


def test_an_answer_is_outdated_when_what_it_cites_has_changed_gone_or_been_closed(opened: Opened) -> None:
    catalog, version = opened
    for id in ("changed", "gone", "closed", "same"):
        publish_article(catalog, version, id)
        save_answer(catalog, id, id)
        catalog.told.tell(a_telling(id, place=f"C1/{id}"))
    assert catalog.told.outdated("slack") == []

    publish_article(catalog, version, "changed", ["Refunds take six days."])
    catalog.remove_article("gone")
    catalog.update_article(an_article("closed", audiences=["hr"]), "0")

    changes = {outdated.telling.answer_id: outdated.changes for outdated in catalog.told.outdated("slack")}
    assert changes == {
        "changed": (Change("changed", 1, 2),),
        "gone": (Change("gone", 1, None),),
        "closed": (Change("closed", 1, None),),
    }


def test_what_is_settled_is_settled_once_until_the_message_shows_another_answer(opened: Opened) -> None:
    catalog, version = opened
    publish_article(catalog, version, "refunds")
    save_answer(catalog, "a1", "refunds")
    save_answer(catalog, "a2", "refunds")
    catalog.told.tell(a_telling("a1"))
    publish_article(catalog, version, "refunds", ["Refunds take six days."])

    assert catalog.told.settle(a_telling("a1"), "corrected")
    assert not catalog.told.settle(a_telling("a1"), "corrected")
    assert catalog.told.outdated("slack") == []
    catalog.told.tell(a_telling("a2"))

    assert [outdated.telling.answer_id for outdated in catalog.told.outdated("slack")] == ["a2"]
    assert catalog.told.of("a1") == []


def test_a_gap_is_one_however_often_it_is_sent_and_the_last_thumb_counts(catalog: Catalog) -> None:
    gap = Gap("slack/V1", "wrong", "How long?", "a1", "slack", "U1", "Seven days.", WRITTEN)
    assert catalog.gaps.add(gap)
    assert not catalog.gaps.add(gap)
    now = datetime.now(UTC)

    catalog.gaps.rate(Feedback("a1", "U1", "slack", True, now))
    catalog.gaps.rate(Feedback("a1", "U1", "slack", False, now))

    assert catalog.gaps.all() == [gap]
    assert [given.helpful for given in catalog.gaps.ratings("a1")] == [False]
