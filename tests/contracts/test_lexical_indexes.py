"""What every lexical index must do, on a real catalog; rank-bm25 is the oracle of tantivy."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import plugins
from app.errors import ServiceUnavailable
from app.knowledge import words
from app.knowledge.lexical_indexes import LexicalIndex, rank_bm25
from app.settings import Settings
from tests.builders import a_catalog, publish_article

INDEXES = "app.knowledge.lexical_indexes"
ROOT = Path(__file__).parents[2]


class Desk:
    """A data folder with its catalog and one kind of lexical index, told of each change as publishing does."""

    def __init__(self, data: Path, adapter: str, opened: ExitStack) -> None:
        self.data = data
        self.adapter = adapter
        self.settings = Settings(data=data)
        self.catalog, self.version = a_catalog(data)
        opened.callback(self.catalog.close)
        self._opened = opened
        self.index = self.open()

    def open(self) -> LexicalIndex:
        index: LexicalIndex = plugins.build(INDEXES, self.adapter, self.settings, self.version, self.catalog)
        self._opened.callback(index.close)
        return index

    def publish(self, id: str, *texts: str) -> list[str]:
        before = self.catalog.chunk_ids(self.version)
        publish_article(self.catalog, self.version, id, texts, title="")
        after = self.catalog.chunk_ids(self.version)
        self.put(sorted(after - before))
        self.index.remove(sorted(before - after))
        return sorted(after - before)

    def put(self, ids: list[str]) -> None:
        self.index.put(ids, self.catalog.searchable_texts(self.version, ids))

    def withdraw(self, id: str) -> None:
        before = self.catalog.chunk_ids(self.version)
        self.catalog.remove_article(id)
        self.index.remove(sorted(before - self.catalog.chunk_ids(self.version)))

    def find(self, query: str, limit: int = 5) -> list[str]:
        return [id_ for id_, _ in self.index.matching(words.query_terms(query), limit)]


@pytest.fixture(params=plugins.names(INDEXES))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as opened:
        yield Desk(tmp_path, request.param, opened)


@pytest.fixture
def tantivy_desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as opened:
        yield Desk(tmp_path, "tantivy", opened)


def test_the_chunk_that_shares_the_rarest_words_comes_first(desk: Desk) -> None:
    desk.publish("a", "refund refund holiday", "holiday moon", "holiday cheese refund")

    assert desk.find("moon holiday")[0] == "a.1.1"
    assert desk.find("cheese refund")[0] == "a.1.2"


def test_only_chunks_that_share_a_word_are_found(desk: Desk) -> None:
    desk.publish("a", "refund holiday", "moon cheese")

    assert desk.find("moon rocket") == ["a.1.1"]
    assert desk.find("rocket") == []
    assert desk.index.matching({}, limit=5) == []


def test_no_more_than_the_limit_are_found(desk: Desk) -> None:
    desk.publish("a", *(f"moon {n}" for n in range(20)))

    assert len(desk.find("moon", limit=7)) == 7
    assert len(desk.find("moon", limit=100)) == 20


def test_an_empty_index_finds_nothing(desk: Desk) -> None:
    assert desk.find("anything") == []
    assert desk.index.ids() == set()
    desk.index.remove(["never.1.0"])
    desk.index.clear()


def test_a_chunk_without_a_word_is_there_all_the_same(desk: Desk) -> None:
    ids = desk.publish("a", "…", "!!!")

    assert desk.index.ids() == set(ids)
    assert desk.find("moon") == []


def test_a_term_counts_as_often_as_its_weight_says(desk: Desk) -> None:
    desk.publish("a", "moon rocket", "cheese rocket", "rocket")

    once = dict(desk.index.matching({"moon": 1.0}, limit=5))
    weighted = dict(desk.index.matching({"moon": 2.5, "chees": 0.3}, limit=5))

    assert weighted["a.1.0"] == pytest.approx(2.5 * once["a.1.0"], rel=1e-4)
    assert weighted["a.1.1"] < once["a.1.0"] < weighted["a.1.0"]


def test_what_is_found_within_a_set_is_what_would_be_found_if_there_were_no_others(desk: Desk) -> None:
    alone = desk.publish("open", "moon cheese cheese", "moon rocket", "cheese")
    among_all = frozenset(alone)
    before = desk.index.matching({"moon": 1.0, "chees": 0.5}, limit=2)

    desk.publish("board", "moon moon", "chees rocket and a long tail of other words", *["moon"] * 7)

    assert desk.index.matching({"moon": 1.0, "chees": 0.5}, limit=2, within=among_all) == before
    assert desk.index.matching({"moon": 1.0}, limit=9, within=frozenset()) == []
    assert desk.index.holds(among_all | {"never.1.0"}) == 3


def test_a_removed_chunk_no_longer_counts_in_how_rare_a_word_is(desk: Desk) -> None:
    desk.publish("a", "moon cheese", "moon rocket", "rocket")
    before = desk.index.matching({"moon": 1.0, "rocket": 1.0}, limit=5)

    desk.publish("b", "moon", "moon", "lander")
    desk.withdraw("b")

    assert desk.index.matching({"moon": 1.0, "rocket": 1.0}, limit=5) == before


def test_a_removed_chunk_is_never_found_again(desk: Desk) -> None:
    gone = desk.publish("a", "moon cheese")
    kept = desk.publish("b", "moon rocket")

    desk.withdraw("a")

    assert desk.find("moon cheese") == kept
    assert desk.index.ids().isdisjoint(gone)


def test_a_new_revision_takes_the_place_of_the_old_one(desk: Desk) -> None:
    desk.publish("a", "moon cheese", "moon rocket")

    new = desk.publish("a", "moon lander")

    assert desk.find("moon cheese rocket") == new
    assert desk.index.ids() == set(new)


def test_putting_a_chunk_twice_leaves_one(desk: Desk) -> None:
    ids = desk.publish("a", "moon cheese", "rocket")

    desk.put(ids)

    assert desk.find("moon") == ["a.1.0"]
    assert desk.index.ids() == set(ids)


@pytest.mark.slow
def test_thousands_at_once_are_all_there_and_each_is_found_by_its_rarest_word(desk: Desk) -> None:
    ids = desk.publish("a", *(f"serial{n}x moon {'cheese ' * (n % 30)}" for n in range(6_000)))

    assert desk.index.ids() == set(ids)
    for n in range(0, 6_000, 500):
        assert desk.find(f"serial{n}x moon")[0] == f"a.1.{n}"

    desk.withdraw("a")
    assert desk.index.ids() == set()


def test_an_index_that_is_opened_again_finds_the_same(desk: Desk) -> None:
    desk.publish("a", "moon cheese", "moon rocket")
    before = desk.index.matching({"moon": 1.0, "rocket": 1.0}, limit=5)

    desk.index.close()
    desk.index = desk.open()

    assert desk.index.matching({"moon": 1.0, "rocket": 1.0}, limit=5) == before


def test_a_cleared_index_can_be_filled_again(desk: Desk) -> None:
    ids = desk.publish("a", "moon cheese", "moon rocket")
    before = desk.index.matching({"moon": 1.0, "rocket": 1.0}, limit=5)

    desk.index.clear()
    desk.put(ids)

    assert desk.index.matching({"moon": 1.0, "rocket": 1.0}, limit=5) == before


@pytest.mark.slow
def test_what_another_process_writes_is_found_at_once(desk: Desk) -> None:
    desk.publish("a", "moon cheese")
    assert desk.find("rocket") == []

    _in_another_process(desk, "desk.publish('b', 'moon rocket')")

    assert desk.find("rocket") == ["b.1.0"]


@pytest.mark.slow
def test_what_another_process_clears_and_fills_again_is_found(desk: Desk) -> None:
    desk.publish("a", "moon cheese")
    assert desk.find("moon") == ["a.1.0"]

    _in_another_process(desk, "desk.index.clear(); desk.publish('a', 'moon rocket')")

    assert desk.find("moon") == ["a.2.0"]


def test_many_may_search_while_one_writes(desk: Desk) -> None:
    desk.publish("first", *(f"serial{n}x moon" for n in range(100)))

    with ThreadPoolExecutor(8) as threads:
        searches = [threads.submit(desk.find, f"serial{n % 100}x moon") for n in range(300)]
        for n in range(10):
            desk.publish(f"more{n}", f"moon number{n}y")
        found = [search.result() for search in searches]

    assert all(ids[0] == f"first.1.{n % 100}" for n, ids in enumerate(found))


# tantivy against its oracle

word = st.sampled_from(["moon", "cheese", "rocket", "refund", "holiday", "E-4012", "naïve", "東京都", "50%"])
chunk_text = st.lists(word, min_size=0, max_size=12).map(lambda some: " ".join(some) or "…")


@pytest.fixture(scope="module")
def oracle_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as opened:
        yield Desk(tmp_path_factory.mktemp("oracle"), "tantivy", opened)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(texts=st.lists(chunk_text, min_size=1, max_size=12), query=st.lists(word, min_size=1, max_size=4))
def test_tantivy_ranks_as_rank_bm25_does(oracle_desk: Desk, texts: list[str], query: list[str]) -> None:
    """Equal scores for each chunk are equal rankings up to ties, and say more."""
    for article in oracle_desk.catalog.articles(None):
        oracle_desk.withdraw(article.id)
    for start in range(0, len(texts), 5):  # so that there is more than one segment
        oracle_desk.publish(f"a{start}", *texts[start : start + 5])
    oracle = rank_bm25.build(oracle_desk.settings, oracle_desk.version, oracle_desk.catalog)
    terms = words.query_terms(" ".join(query))

    found, expected = oracle_desk.index.matching(terms, limit=20), oracle.matching(terms, limit=20)

    assert oracle_desk.index.ids() == oracle.ids()
    assert dict(found) == pytest.approx(dict(expected), rel=1e-9)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_tantivy_ranks_long_chunks_as_rank_bm25_does(tantivy_desk: Desk) -> None:
    tantivy_desk.publish("a", *(f"moon {'rocket ' * (n % 7)}{'cheese ' * (40 + 13 * n)}" for n in range(30)))
    oracle = rank_bm25.build(tantivy_desk.settings, tantivy_desk.version, tantivy_desk.catalog)

    found = dict(tantivy_desk.index.matching({"rocket": 1.0, "moon": 1.0}, limit=30))
    expected = dict(oracle.matching({"rocket": 1.0, "moon": 1.0}, limit=30))

    assert found == pytest.approx(expected, rel=1e-9)


# Damage


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "remove"])
@pytest.mark.parametrize("kind", ["*.term", "*.idx", "*.store", "*.fieldnorm", "*.fast", "meta.json"])
def test_damage_is_noticed_and_mended_by_filling_it_again(tantivy_desk: Desk, kind: str, damage: str) -> None:
    ids = tantivy_desk.publish("a", *(f"moon number{n}x" for n in range(50)))
    before = tantivy_desk.index.matching({"moon": 1.0, "number7x": 1.0}, limit=50)
    for file in _folder(tantivy_desk).glob(kind):
        _damage(file, damage)

    with pytest.raises(ServiceUnavailable, match="run `footnote repair`"):
        tantivy_desk.open().matching({"moon": 1.0}, limit=5)
    for index in (tantivy_desk.open(), tantivy_desk.index):  # one that is opened now, and one that had it open
        assert _ids_or_none(index) in (None, set())

    tantivy_desk.index.clear()
    tantivy_desk.put(ids)
    assert tantivy_desk.index.matching({"moon": 1.0, "number7x": 1.0}, limit=50) == before


def test_a_folder_that_is_lost_is_noticed(tantivy_desk: Desk) -> None:
    tantivy_desk.publish("a", "moon cheese")
    shutil.rmtree(_folder(tantivy_desk))

    assert tantivy_desk.index.ids() == set()
    with pytest.raises(ServiceUnavailable, match="run `footnote repair`"):
        tantivy_desk.find("moon")


def test_an_index_of_another_edition_of_the_terms_is_refused_until_it_is_filled_anew(
    tantivy_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "EDITION", "words_before")
    former = tantivy_desk.open()
    former.put(["a.1.0"], ["moon"])
    monkeypatch.undo()

    for ask in (tantivy_desk.index.ids, lambda: tantivy_desk.index.matching({"moon": 1.0}, 5)):
        with pytest.raises(ServiceUnavailable, match="footnote repair"):
            ask()

    tantivy_desk.index.clear()
    tantivy_desk.index.put(["a.1.0"], ["moon"])
    assert tantivy_desk.find("moon") == ["a.1.0"]


def test_a_second_writer_is_told_that_there_is_one(tantivy_desk: Desk) -> None:
    tantivy_desk.publish("a", "moon")
    holder = "import sys, tantivy; w = tantivy.Index.open(sys.argv[1]).writer(); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, _folder(tantivy_desk)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        with pytest.raises(ServiceUnavailable, match="another process is writing"):
            tantivy_desk.index.put(["b.1.0"], ["moon"])

        other.kill()
    tantivy_desk.index.put(["b.1.0"], ["cheese"])
    assert tantivy_desk.find("cheese") == ["b.1.0"]


def test_a_full_disk_costs_nothing_that_was_there(tantivy_desk: Desk) -> None:
    """A limit on the size of files stands for the full disk: both make a write fail in the middle."""
    ids = tantivy_desk.publish("a", *(f"moon number{n}x" for n in range(50)))
    program = (
        "import resource; from pathlib import Path; from app.errors import ServiceUnavailable\n"
        "from app.knowledge.lexical_indexes import tantivy\n"
        f"index = tantivy.TantivyLexicalIndex(Path({str(_folder(tantivy_desk))!r}))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try:\n"
        "    index.put([f'b.1.{n}' for n in range(3_000)], [f'cheese number{n * 7919}y' for n in range(3_000)])\n"
        "except ServiceUnavailable as problem:\n"
        "    print(problem)\n"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    ).stdout

    assert said.startswith("the index of words failed")
    assert tantivy_desk.index.ids() == set(ids)
    tantivy_desk.index.put(["b.1.0"], ["cheese"])
    assert tantivy_desk.find("cheese") == ["b.1.0"]


def test_what_was_acknowledged_before_a_kill_is_there_and_writing_goes_on(tantivy_desk: Desk) -> None:
    program = (
        "from pathlib import Path; from app.knowledge.lexical_indexes import tantivy\n"
        f"index = tantivy.TantivyLexicalIndex(Path({str(tantivy_desk.data)!r}) / 'words' / '1')\n"
        "n = 0\n"
        "while True:\n"
        "    index.put([f'k{n}.1.{i}' for i in range(50)], [f'moon{n}' for i in range(50)])\n"
        "    print(n, flush=True)\n"
        "    n += 1\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)
    with writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(4)][-1]
        writer.send_signal(signal.SIGKILL)

    ids = tantivy_desk.index.ids()
    assert {f"k{n}.1.{i}" for n in range(acknowledged + 1) for i in range(50)} <= ids
    assert len(ids) % 50 == 0
    tantivy_desk.index.put(["b.1.0"], ["cheese"])
    assert tantivy_desk.find("cheese") == ["b.1.0"]


def _folder(desk: Desk) -> Path:
    return desk.data / "words" / str(desk.version.id)


def _ids_or_none(index: LexicalIndex) -> set[str] | None:
    try:
        return index.ids()
    except ServiceUnavailable:
        return None


def _damage(file: Path, damage: str) -> None:
    content = bytearray(file.read_bytes())
    if damage == "remove":
        file.unlink()
    elif damage == "flip":
        content[len(content) // 5] ^= 0x55
        file.write_bytes(content)
    else:
        file.write_bytes(content[: len(content) // 2 if damage == "truncate" else 0])


def _in_another_process(desk: Desk, code: str) -> None:
    program = (
        "from tests.contracts.test_lexical_indexes import Desk, ExitStack, Path\n"
        f"with ExitStack() as opened:\n    desk = Desk(Path({str(desk.data)!r}), {desk.adapter!r}, opened)\n    {code}"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)
