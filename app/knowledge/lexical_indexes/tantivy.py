"""Words in a tantivy folder: BM25 (k1 1.2, b 0.75), found in under a millisecond. tantivy stays inside this file.

It is fed finished terms and never parses a query, so its terms are exactly those of `app.knowledge.words`.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import tantivy

from app.errors import ServiceUnavailable
from app.knowledge import words
from app.knowledge.catalog import Catalog
from app.knowledge.versions import IndexVersion
from app.settings import Settings

WRITER_BYTES = 64 * 2**20  # a segment of some 40,000 chunks before it is flushed
FIELDS = 2
FOOTER_END = 8  # bytes: length of the JSON footer, then a magic number; the footer has the checksum of all before it


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
        self._seen: tuple[int, ...] = ()  # the state of the folder that the searcher shows
        self._checked: set[str] = set()  # segment files whose checksum was right

    def put(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        with self._writing() as writer:
            for id_, text in zip(ids, texts, strict=True):
                writer.delete_documents_by_term("id", id_)
                document = tantivy.Document()
                document.add_text("id", id_)
                document.add_text(words.EDITION, " ".join(words.terms(text)))
                writer.add_document(document)

    def remove(self, ids: Sequence[str]) -> None:
        if self._is_missing():
            return
        with self._writing() as writer:
            for id_ in ids:
                writer.delete_documents_by_term("id", id_)

    def matching(self, terms: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        if self._is_missing():
            if self._is_expected():
                raise ServiceUnavailable("the index of words has not been built or is lost; run `footnote repair`")
            return []
        any_of = [(tantivy.Occur.Should, self._term(term, weight)) for term, weight in terms.items()]
        with self._translated():
            searcher = self._searcher()
            hits = searcher.search(tantivy.Query.boolean_query(any_of), limit, count=False).hits
            return [(searcher.doc(address)["id"][0], score) for score, address in hits]

    def ids(self) -> set[str]:
        if self._is_missing():
            return set()
        self.close()  # an audit wants to know how the files are now, not how they were when we opened them
        with self._translated():
            searcher = self._searcher()
            everything = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
            return {searcher.doc(address)["id"][0] for _, address in everything}

    def clear(self) -> None:
        self.close()
        with self._translated(), suppress(FileNotFoundError):
            shutil.rmtree(self._folder)

    def close(self) -> None:
        with self._lock:
            self._index, self._seen = None, ()
            self._checked.clear()

    def _term(self, term: str, weight: float) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, words.EDITION, term, "freq")
        return tantivy.Query.boost_query(query, weight)

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

    def _searcher(self) -> tantivy.Searcher:
        """Of the newest commit, whichever process made it."""
        with self._lock:
            if self._index is None:
                self._index = tantivy.Index(self._schema, str(self._folder))
                self._index.config_reader("manual")
            seen = self._state()
            if seen != self._seen:
                self._check_files()
                self._index.reload()
                self._seen = seen
            return self._index.searcher()

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
    builder.add_text_field(words.EDITION, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


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
