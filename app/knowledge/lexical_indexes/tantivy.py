"""Words in a tantivy folder, which says where each term occurs; `app.knowledge.bm25` scores. tantivy stays in here.

Its own scores count every text there is, also those an asker may not read and those that are deleted but not merged
away. It is fed finished terms and never parses a query, so its terms are exactly those of `app.knowledge.words`.
A term that a text has three times stands in it as `term`, `term×2` and `term×3`: a posting says no more than "there".
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import numpy as np
import tantivy
from numpy.typing import NDArray

from app.errors import ServiceUnavailable
from app.knowledge import words
from app.knowledge.bm25 import Numbers, Postings, Readable, best
from app.knowledge.catalog import Catalog
from app.knowledge.versions import IndexVersion
from app.settings import Settings

WRITER_BYTES = 64 * 2**20  # a segment of some 40,000 chunks before it is flushed
FIELDS = 2  # those that are searched: id and words
FOOTER_END = 8  # bytes: length of the JSON footer, then a magic number; the footer has the checksum of all before it
MOST_REMEMBERED = 4_000_000  # postings of terms that were asked for, 12 bytes each
ASKERS_REMEMBERED = 16
AGAIN = "×"  # in no term: it is no letter


@dataclass
class _Snapshot:
    """One commit as scoring needs it: a row for each text, in the order of keys. Filled as it is asked."""

    searcher: tantivy.Searcher
    keys: NDArray[np.uint64]
    lengths: Numbers
    addresses: Sequence[tantivy.DocAddress]
    postings: dict[str, Postings] = field(default_factory=dict)
    remembered: int = 0
    readable: list[tuple[Set[str] | None, Readable]] = field(default_factory=list)


class TantivyLexicalIndex:
    """One folder for each index version. Readers see a commit of any process at once; one process writes at a time.

    Args:
        is_expected: whether there should be something to find, asked when the folder is missing.
    """

    def __init__(self, folder: Path, is_expected: Callable[[], bool] = lambda: False) -> None:
        self._folder = folder
        self._is_expected = is_expected
        self._schema = _schema()
        self._lock = Lock()
        self._index: tantivy.Index | None = None
        self._seen: tuple[int, ...] = ()  # the state of the folder that the snapshot shows
        self._snapshot: _Snapshot | None = None
        self._checked: set[str] = set()  # segment files whose checksum was right

    def put(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        with self._writing() as writer:
            for id_, text in zip(ids, texts, strict=True):
                writer.delete_documents_by_term("id", id_)
                document = tantivy.Document()
                document.add_text("id", id_)
                document.add_unsigned("key", _key(id_))
                terms = words.terms(text)
                document.add_unsigned("length", len(terms))
                document.add_text(words.EDITION, " ".join(_written(terms)))
                writer.add_document(document)

    def remove(self, ids: Sequence[str]) -> None:
        if self._is_missing():
            return
        with self._writing() as writer:
            for id_ in ids:
                writer.delete_documents_by_term("id", id_)

    def matching(
        self, terms: Mapping[str, float], limit: int, within: Set[str] | None = None
    ) -> list[tuple[str, float]]:
        if self._is_missing():
            if self._is_expected():
                raise ServiceUnavailable("the index of words has not been built or is lost; run `footnote repair`")
            return []
        with self._translated():
            now = self._fresh()
            found = best(terms, lambda term: self._postings(now, term), _readable(now, within), limit)
            return [(now.searcher.doc(now.addresses[row])["id"][0], score) for row, score in found]

    def holds(self, ids: Set[str]) -> int:
        if self._is_missing():
            return 0
        with self._translated():
            return _readable(self._fresh(), ids).count

    def ids(self) -> set[str]:
        if self._is_missing():
            return set()
        self.close()  # an audit wants to know how the files are now, not how they were when we opened them
        with self._translated():
            now = self._fresh()
            return {now.searcher.doc(address)["id"][0] for address in now.addresses}

    def clear(self) -> None:
        self.close()
        with self._translated(), suppress(FileNotFoundError):
            shutil.rmtree(self._folder)

    def close(self) -> None:
        with self._lock:
            self._index, self._seen, self._snapshot = None, (), None
            self._checked.clear()

    def _is_missing(self) -> bool:
        return not (self._folder / "meta.json").exists()

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """All of it is committed, or nothing."""
        with self._translated():
            self._folder.mkdir(parents=True, exist_ok=True)
            # Opened anew: one that was open while another process wrote does not know which files are in use.
            writer = tantivy.Index(self._schema, str(self._folder)).writer(WRITER_BYTES, num_threads=1)
            try:
                yield writer
                writer.commit()
            finally:
                writer.wait_merging_threads()  # gives the folder's write lock back; what is not committed is dropped

    def _fresh(self) -> _Snapshot:
        """Of the newest commit, whichever process made it."""
        with self._lock:
            if self._index is None:
                self._index = tantivy.Index(self._schema, str(self._folder))
                self._index.config_reader("manual")
            seen = self._state()
            if self._snapshot is None or seen != self._seen:
                self._check_files()
                self._index.reload()
                self._seen, self._snapshot = seen, _snapshot(self._index.searcher())
            return self._snapshot

    def _postings(self, now: _Snapshot, term: str) -> Postings:
        if (known := now.postings.get(term)) is not None:
            return known
        rows = more = self._rows(now, term)
        times = np.zeros(len(rows))
        while len(more):
            times[np.searchsorted(rows, more)] += 1
            more = self._rows(now, f"{term}{AGAIN}{int(times.max()) + 1}")
        found = Postings(rows, times)
        if now.remembered + len(rows) > MOST_REMEMBERED:
            now.postings, now.remembered = {}, 0
        now.postings[term] = found
        now.remembered += len(rows)
        return found

    def _rows(self, now: _Snapshot, term: str) -> NDArray[np.int32]:
        most = now.searcher.doc_freq(words.EDITION, term)
        if not most:
            return np.empty(0, np.int32)
        query = tantivy.Query.term_query(self._schema, words.EDITION, term, "basic")
        keys = [key for key, _ in _by_key(now.searcher, query, most)]
        return np.searchsorted(now.keys, np.array(keys, np.uint64)).astype(np.int32)

    def _state(self) -> tuple[int, ...]:
        about = (self._folder / "meta.json").stat()
        return about.st_ino, about.st_mtime_ns, about.st_size

    def _check_files(self) -> None:
        """tantivy keeps a checksum in each file and never looks at it: a flipped bit would be served as a result."""
        try:
            meta = json.loads((self._folder / "meta.json").read_text())
            for segment in meta["segments"]:
                for path in self._folder.glob(segment["segment_id"].replace("-", "") + ".*"):
                    if path.name not in self._checked:
                        _check(path, segment, meta["opstamp"])
                        self._checked.add(path.name)
        except (LookupError, TypeError) as problem:
            raise ValueError("a list of files or a checksum is damaged") from problem

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except BaseException as failure:
            # A panic in Rust arrives as a BaseException that has no importable name.
            if not isinstance(failure, (ValueError, OSError)) and type(failure).__name__ != "PanicException":
                raise
            self.close()
            raise ServiceUnavailable(_in_one_line(failure)) from failure


def build(settings: Settings, version: IndexVersion, catalog: Catalog) -> TantivyLexicalIndex:
    folder = settings.data / "words" / str(version.id)
    return TantivyLexicalIndex(folder, is_expected=lambda: bool(catalog.chunk_ids(version)))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    # Named after the analysis: tantivy refuses to open an index that another edition of it has filled.
    builder.add_text_field(words.EDITION, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("length", fast=True)
    return builder.build()


def _key(chunk_id: str) -> int:
    return int.from_bytes(blake2b(chunk_id.encode(), digest_size=8).digest(), "big")


def _written(terms: Sequence[str]) -> Iterator[str]:
    for term, times in Counter(terms).items():
        yield term
        yield from (f"{term}{AGAIN}{again}" for again in range(2, times + 1))


def _by_key(searcher: tantivy.Searcher, query: tantivy.Query, most: int) -> list[tuple[Any, tantivy.DocAddress]]:
    hits: list[tuple[Any, tantivy.DocAddress]] = searcher.search(
        query, most, count=False, order_by_field="key", order=tantivy.Order.Asc
    ).hits
    return hits


def _snapshot(searcher: tantivy.Searcher) -> _Snapshot:
    hits = _by_key(searcher, tantivy.Query.all_query(), max(1, searcher.num_docs))
    addresses = [address for _, address in hits]
    lengths = np.array(searcher.fast_field_values("length", addresses), np.float64)
    return _Snapshot(searcher, np.array([key for key, _ in hits], np.uint64), lengths, addresses)


def _readable(now: _Snapshot, within: Set[str] | None) -> Readable:
    for asked, known in now.readable:
        if asked is within:
            return known
    mask = np.ones(len(now.keys), np.bool_)
    if within is not None:
        mask = np.isin(now.keys, np.fromiter(map(_key, within), np.uint64, len(within)))
    readable = Readable.among(now.lengths, mask)
    now.readable = [(within, readable), *now.readable[: ASKERS_REMEMBERED - 1]]
    return readable


def _check(path: Path, segment: dict[str, Any], committed: int) -> None:
    """Raises ValueError unless the file is whole and `meta.json`, which has no checksum, agrees with it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # merged away since we listed it; a loss that matters fails at reload
        return
    body = content[: -FOOTER_END - int.from_bytes(content[-FOOTER_END:-4], "little")]
    is_whole = json.loads(content[len(body) : -FOOTER_END])["crc"] == crc32(body)
    if path.suffix == ".fieldnorm":  # a byte for each document and field, then a list of the fields and its length
        lengths = len(body) - 4 - int.from_bytes(body[-4:], "little")
        is_whole &= lengths == segment["max_doc"] * FIELDS
    if path.suffix == ".del" and not segment["deletes"]:  # those of a writer that was killed have a later stamp
        is_whole &= int(path.name.split(".")[1]) > committed
    if not is_whole:
        raise ValueError(f"{path.name} is damaged")


def _in_one_line(failure: BaseException) -> str:
    if "LockBusy" in str(failure):
        return "another process is writing to the index of words; try again when it is done"
    return f"the index of words failed: {' '.join(str(failure).split())[:200]}; run `footnote repair`"
