"""Cut an article into chunks by its structure. LangChain's splitter stays inside this file. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.knowledge.articles import Chunk
from app.knowledge.searchable import embedded_text
from ingestion.outline import heading_words, trimmed
from ingestion.parsers import Block, Kind, ParsedText

CountTokens = Callable[[Sequence[str]], Sequence[int]]

# A tokenizer may call a whole line of base64 one unknown token. Words of any language have far fewer characters
# a token than this: the ceiling only meets what is no language.
_CHARACTERS_PER_TOKEN = 10

_SENTENCES = r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？｡؟।۔])"
_PROSE = [r"\n\s*\n", _SENTENCES, r"\n", r"(?<=[,;:，、；：])", " ", ""]
_SEPARATORS: dict[Kind, list[str]] = {
    "table": [r"\n", r"\|", *_PROSE[1:]],
    "code": [r"\n\s*\n", r"\n", " ", ""],
    "list": [r"\n(?=(?:[-*+]|\d+[.)])\s)", r"\n(?=\s+(?:[-*+]|\d+[.)])\s)", *_PROSE],
}


def split(parsed: ParsedText, article_id: str, revision: int, count_tokens: CountTokens, limit: int) -> list[Chunk]:
    """Chunks in order that cover the whole text but white space: `chunk.text == parsed.text[chunk.start:chunk.end]`.

    Blocks stay whole where they fit, small neighbours of one section share a chunk, and a heading stays with what
    follows it. No chunk has more than `limit` tokens; room is left in it for the title and the heading path, which
    stand before the text when it is embedded (three quarters of the limit are always the text's own).
    """
    text, places = parsed.text, _Places(parsed)
    ruler = _Ruler(parsed.title, count_tokens, limit, places)
    blocks = list(_covering(parsed))
    ruler.learn([*ruler.headers(), *(text[block.start : block.end] for block in blocks)])
    stretches = _with_last_headings(text, list(_packed(text, blocks, ruler)), ruler)
    ruler.learn(text[one.start : one.end] for one in stretches if not one.surely_fits)
    fitting = [half for one in stretches for half in _fitting(text, one, ruler)]
    return [
        Chunk(article_id, revision, n, start, end, text[start:end], places.path(start), places.page(start))
        for n, (start, end) in enumerate(fitting)
    ]


class _Places:
    """Which headings stand above an offset, and which page it is on."""

    def __init__(self, parsed: ParsedText) -> None:
        self._borders: list[int] = [0]
        self._paths: list[tuple[str, ...]] = [()]
        above: list[tuple[int, str]] = []
        for block in parsed.blocks:
            if block.kind == "heading":
                above = [(level, words) for level, words in above if level < block.level]
                self._mark(block.start, above)
                above = [*above, (block.level, heading_words(parsed.text[block.start : block.end]))]
                self._mark(block.end, above)
        self._block_starts = [block.start for block in parsed.blocks]
        self._pages = [block.page for block in parsed.blocks]

    def _mark(self, offset: int, above: Sequence[tuple[int, str]]) -> None:
        self._borders.append(offset)
        self._paths.append(tuple(words for _, words in above if words))

    def path(self, offset: int) -> tuple[str, ...]:
        return self._paths[bisect_right(self._borders, offset) - 1]

    def paths(self) -> set[tuple[str, ...]]:
        return set(self._paths)

    def page(self, offset: int) -> int | None:
        block = bisect_right(self._block_starts, offset) - 1
        return self._pages[max(block, 0)] if self._pages else None


class _Ruler:
    """How long a stretch is, and may be. Counts many at once: a tokenizer's call costs more than its work."""

    def __init__(self, title: str, count_tokens: CountTokens, limit: int, places: _Places) -> None:
        self._title, self._count, self._limit, self._places = title, count_tokens, limit, places
        self._lengths: dict[str, int] = {}

    def learn(self, stretches: Iterable[str]) -> None:
        new = [stretch for stretch in dict.fromkeys(stretches) if stretch not in self._lengths]
        least = {stretch: -(-len(stretch) // _CHARACTERS_PER_TOKEN) for stretch in new}
        countable = [stretch for stretch in new if least[stretch] <= self._limit]  # too long is too long
        counted = dict(zip(countable, self._count(countable) if countable else (), strict=True))
        self._lengths |= {stretch: max(counted.get(stretch, 0), least[stretch]) for stretch in new}

    def length(self, stretch: str) -> int:
        if stretch not in self._lengths:
            self.learn([stretch])
        return self._lengths[stretch]

    def budget(self, start: int) -> int:
        """Tokens for a chunk that starts here, when its title and heading path have taken theirs."""
        above = self.length(self._header(self._places.path(start)))
        return max(1, self._limit - min(above, self._limit // 4))

    def headers(self) -> list[str]:
        return [self._header(path) for path in self._places.paths()]

    def _header(self, path: tuple[str, ...]) -> str:
        return embedded_text(self._title, path, "")


@dataclass(frozen=True)
class _Stretch:
    """What becomes a chunk. Its parts together have `most` tokens, of `budget`."""

    start: int
    end: int
    most: int
    budget: int

    @property
    def surely_fits(self) -> bool:
        """Tokenizers count a whole as its parts, or a little different: close to the budget it is counted again."""
        return self.most <= 0.9 * self.budget


def _covering(parsed: ParsedText) -> Iterator[Block]:
    """The blocks, and what stands between them (a link definition, a rule), so that no word is left out."""
    reached = 0
    for block in parsed.blocks:
        start, end = trimmed(parsed.text, reached, block.start)
        if start < end:
            yield Block("paragraph", start, end, page=block.page)
        if block.end > max(reached, block.start):
            yield replace(block, start=max(reached, block.start))
        reached = max(reached, block.end)
    start, end = trimmed(parsed.text, reached, len(parsed.text))
    if start < end:
        yield Block("paragraph", start, end, page=parsed.blocks[-1].page if parsed.blocks else None)


def _packed(text: str, blocks: Sequence[Block], ruler: _Ruler) -> Iterator[_Stretch]:
    """Neighbouring blocks together as long as they fit and belong to one section; a too long one in pieces."""
    pack: list[Block] = []
    for block in blocks:
        if block.kind == "heading" and not _only_leads(text, pack):
            yield _one(text, pack, ruler)
            pack = []
        if not _fit(text, [*pack, block], ruler):
            moving = _moving_along(text, pack, block, ruler)
            if len(moving) < len(pack):
                yield _one(text, pack[: len(pack) - len(moving)], ruler)
            pack = moving
        pack.append(block)
        if not _fit(text, pack, ruler):
            *done, last = _pieces_after(text, pack[0].start, block, ruler)
            yield from done
            pack = [replace(block, start=last.start, end=last.end)]
    if pack:
        yield _one(text, pack, ruler)


def _one(text: str, pack: Sequence[Block], ruler: _Ruler) -> _Stretch:
    start = pack[0].start
    return _Stretch(start, pack[-1].end, _length(text, pack, ruler), ruler.budget(start))


def _with_last_headings(text: str, stretches: list[_Stretch], ruler: _Ruler) -> list[_Stretch]:
    """Headings at the end that nothing follows go with what is before them: alone they say nothing."""
    if len(stretches) < 2:
        return stretches
    *others, before, last = stretches
    is_bare = all(line.startswith("#") for line in text[last.start : last.end].splitlines() if line.strip())
    most = before.most + last.most
    if not is_bare or most > before.budget:
        return stretches
    return [*others, _Stretch(before.start, last.end, most, before.budget)]


def _length(text: str, blocks: Sequence[Block], ruler: _Ruler) -> int:
    return sum(ruler.length(text[block.start : block.end]) for block in blocks)


def _fit(text: str, blocks: Sequence[Block], ruler: _Ruler) -> bool:
    return _length(text, blocks, ruler) <= ruler.budget(blocks[0].start)


def _only_leads(text: str, pack: Sequence[Block]) -> bool:
    """Nothing in it stands for itself: headings, front matter, a rule of dashes."""
    return all(
        block.kind in ("heading", "front_matter") or not re.search(r"\w", text[block.start : block.end])
        for block in pack
    )


def _moving_along(text: str, pack: Sequence[Block], block: Block, ruler: _Ruler) -> list[Block]:
    """What goes to the next chunk with a block that has no room here: its headings, or the line that announces it."""
    if _only_leads(text, pack):
        return [lead for lead in pack if lead.kind != "front_matter"]
    announces = pack[-1].kind == "paragraph" and text[: pack[-1].end].endswith((":", "："))
    if not announces:
        return []
    # Headings that would be left alone move too.
    moving = [pack[-1]] if not _only_leads(text, pack[:-1]) else [b for b in pack if b.kind != "front_matter"]
    would_tear_it = _fit(text, [block], ruler) and not _fit(text, [*moving, block], ruler)
    return [] if would_tear_it else moving


def _pieces_after(text: str, start: int, block: Block, ruler: _Ruler) -> list[_Stretch]:
    """The block in pieces; what stands before it from `start` on, its headings, goes with the first."""
    before, budget = text[start : block.start].rstrip(), ruler.budget(start)
    if not before:
        return _pieces(text, block, budget, ruler)
    taken = ruler.length(before)
    if 2 * taken > budget:
        alone = Block("paragraph", start, start + len(before))
        return [*_pieces(text, alone, budget, ruler), *_pieces(text, block, ruler.budget(block.start), ruler)]
    first, *rest = _pieces(text, block, budget - taken, ruler)
    return [_Stretch(start, first.end, first.most + taken, budget), *rest]


def _pieces(text: str, block: Block, budget: int, ruler: _Ruler) -> list[_Stretch]:
    """Of about the same length, cut where this kind of block is cut best."""
    # Imported late: it takes longer than all the rest, and an ingest that finds nothing new never gets here.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    stretch = text[block.start : block.end]
    separators = _SEPARATORS.get(block.kind, _PROSE)
    length = _learn_parts(stretch, separators, budget, ruler)
    even = -(-length // -(-length // budget))
    most = min(budget, even + even // 8)
    splitter = RecursiveCharacterTextSplitter(
        separators,
        keep_separator="end",
        is_separator_regex=True,
        chunk_size=most,
        chunk_overlap=0,
        length_function=ruler.length,
        add_start_index=True,
    )
    found = ((block.start + d.metadata["start_index"], d.page_content) for d in splitter.create_documents([stretch]))
    return [_Stretch(start, start + len(piece), most, ruler.budget(start)) for start, piece in found]


def _learn_parts(stretch: str, separators: Sequence[str], budget: int, ruler: _Ruler) -> int:
    """Count what the splitter will ask for, one level of separators at a call. Returns the length of the whole."""
    parts, whole = [stretch], 0
    for separator in separators:
        parts = [piece for part in parts for piece in _cut_behind(separator, part)]
        ruler.learn(parts)
        whole = whole or sum(ruler.length(part) for part in parts)
        parts = [part for part in parts if ruler.length(part) >= budget]
    return whole


def _cut_behind(separator: str, part: str) -> list[str]:
    """As the splitter cuts with `keep_separator="end"`; without a separator, into characters."""
    if not separator:
        return list(part)
    ends = [found.end() for found in re.finditer(separator, part)]
    return [part[a:b] for a, b in zip([0, *ends], [*ends, len(part)], strict=True) if a < b]


def _fitting(text: str, one: _Stretch, ruler: _Ruler) -> Iterator[tuple[int, int]]:
    """The stretch, cut once more in the rare case that the whole has more tokens than its parts."""
    if one.surely_fits:
        yield one.start, one.end
    else:
        yield from _halved(text, one.start, one.end, ruler)


def _halved(text: str, start: int, end: int, ruler: _Ruler) -> Iterator[tuple[int, int]]:
    """A stretch whose whole has more tokens than its parts together is cut once more; few tokenizers do that."""
    if end - start < 2 or ruler.length(text[start:end]) <= ruler.budget(start):
        yield start, end
        return
    middle = (start + end) // 2
    border = max(text.rfind(" ", start, middle), text.rfind("\n", start, middle))
    border = border if border > start else middle
    for half in (trimmed(text, start, border), trimmed(text, border, end)):
        if half[0] < half[1]:
            yield from _halved(text, *half, ruler)
