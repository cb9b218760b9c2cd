"""What a source file means for the catalog: nothing new, new labels on the same words, or new words to embed."""

from dataclasses import dataclass
from hashlib import sha256

from app.errors import EncryptedSource, LimitExceeded, UnreadableSource
from app.knowledge.articles import Article, article_id
from app.knowledge.catalog import Catalog, Seen
from app.knowledge.catalog.article_writes import text_hash
from ingestion.connectors import SourceFile
from ingestion.parsers import ParsedText
from ingestion.reading_room import ReadingRoom
from ingestion.report import Ending, FileOutcome

# Part of every fingerprint: a release that reads files differently raises it, and every file is read anew.
PARSERS_EDITION = "parsers-2"


@dataclass(frozen=True)
class Relabelled:
    """The words are those the catalog has; title, address or audiences may not be. Nothing is to be embedded."""

    article: Article
    fingerprint: str
    outcome: FileOutcome


@dataclass(frozen=True)
class Changed:
    """New words. The article's revision is the one it will have."""

    article: Article
    fingerprint: str
    parsed: ParsedText
    location: str


def take_in(
    source: SourceFile, catalog: Catalog, room: ReadingRoom, audiences: frozenset[str]
) -> FileOutcome | Relabelled | Changed:
    """Reads the file only if its bytes, or what was said about it, have changed since the catalog took it in."""
    id_ = article_id(source.source_id, source.path)
    try:
        raw = source.read()
        seen = catalog.seen(id_)
        fingerprint = fingerprint_of(raw, source, audiences)
        if seen and seen.bytes_hash == fingerprint:
            return _outcome(source, "unchanged")
        parsed = room.read(raw, source.path)
    except EncryptedSource as problem:
        return _outcome(source, "encrypted", str(problem))
    except LimitExceeded as problem:
        return _outcome(source, "limit", str(problem))
    except UnreadableSource as problem:
        return _outcome(source, "rejected", str(problem))
    article = _article(id_, source, parsed, audiences, seen, catalog)
    if seen and seen.text_hash == text_hash(parsed.text):
        ending: Ending = "unchanged" if article == seen.article else "ok"
        return Relabelled(article, fingerprint, _outcome(source, ending, parsed.note))
    return Changed(article, fingerprint, parsed, source.location)


def fingerprint_of(raw: bytes, source: SourceFile, audiences: frozenset[str]) -> str:
    """Everything that goes into an article but the clock: a file that was only touched is unchanged."""
    said = "\0".join([PARSERS_EDITION, source.path, source.url, *sorted(audiences), ""])
    return sha256(said.encode() + raw).hexdigest()


def _article(
    id_: str, source: SourceFile, parsed: ParsedText, audiences: frozenset[str], seen: Seen | None, catalog: Catalog
) -> Article:
    front = parsed.front_matter
    same_words = seen is not None and seen.text_hash == text_hash(parsed.text)
    dated = seen.article.updated_at if seen and same_words else source.modified_at
    return Article(
        id=id_,
        source_id=source.source_id,
        path=source.path,
        title=parsed.title,
        url=front.url or source.url,
        audiences=front.audiences or audiences,
        updated_at=front.updated or dated,
        revision=seen.article.revision if seen and same_words else catalog.next_revision(id_),
    )


def _outcome(source: SourceFile, ending: Ending, reason: str = "") -> FileOutcome:
    return FileOutcome(source.location, article_id(source.source_id, source.path), ending, reason, path=source.path)
