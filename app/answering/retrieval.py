"""From a question to what the writer reads. Who may see what is decided below, in the index; here only the asker."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from app.answering.answers import Turn
from app.answering.excerpts import Excerpt, numbered, span_of
from app.answering.folding import fold
from app.answering.fusion import Fusion
from app.answering.rerankers import Reranker, Reranking
from app.answering.rewriting import StandAlone, stand_alone
from app.answering.tracing import Candidate, Stopwatch
from app.errors import UnknownArticle
from app.knowledge.articles import Asker, Passage
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import EmbeddingModel, Vectors
from app.knowledge.index import Found, KnowledgeIndex
from app.knowledge.versions import IndexVersion

SEARCHES_AT_ONCE = 8  # threads for the leg by words; a ninth search waits for one of them

LEANING, QUESTIONS_BEFORE = 0.5, 2  # a question that needs so much of the conversation is read after so many others

READ_ON, CHUNKS_READ_ON = 2, 3  # so many of the best passages are read with so many chunks after them


@dataclass(frozen=True)
class Retrieved:
    """What retrieval hands on: the query as each step takes it, the whole ranking, and what is worth reading of it."""

    standing: StandAlone
    vector: Vectors  # the query's, unit length
    candidates: tuple[Candidate, ...]
    excerpts: tuple[Excerpt, ...]
    notes: tuple[str, ...]
    reranking: str = ""  # how many passages the reranker has read, and why no more


class Retrieval:
    """Both legs at the same time, fused, reranked, folded, joined with what stands around.

    Args:
        candidates: what each leg hands to fusion.
        reranked: how many of the fused the reranker reads.
        read: how many passages the writer gets to read.
    """

    def __init__(
        self,
        catalog: Catalog,
        version: IndexVersion,
        index: KnowledgeIndex,
        embedding_model: EmbeddingModel,
        fusion: Fusion,
        reranker: Reranker,
        *,
        candidates: int,
        reranked: int,
        read: int,
    ) -> None:
        self._catalog = catalog
        self._version = version
        self._index = index
        self._embedding_model = embedding_model
        self._fuse = fusion
        self._reranker = reranker
        self._candidates = candidates
        self._reranked = reranked
        self._read = read
        self._threads = ThreadPoolExecutor(SEARCHES_AT_ONCE, thread_name_prefix="by-words")

    def retrieve(self, question: str, history: Sequence[Turn], asker: Asker, watch: Stopwatch) -> Retrieved:
        standing = stand_alone(question, history)
        by_words = self._threads.submit(self._by_words, standing.terms, asker, watch)
        with watch.step("meaning"):
            vector = self._vector(standing)
            by_meaning = self._index.by_meaning(vector, asker, self._candidates)
        words = by_words.result()
        with watch.step("fuse"):
            fused = self._fuse(by_meaning.passages, words.passages)
        with watch.step("rerank"):
            reranking = self._rerank(with_questions_before(standing, history), fused)
        with watch.step("join"):
            excerpts, cut = self._worth_reading(reranking.passages, asker)
        candidates = _candidates(reranking, fused, by_meaning, words, cut)
        notes = (*by_meaning.notes, *words.notes)
        return Retrieved(standing, vector, candidates, excerpts, notes, reranking.note)

    def close(self) -> None:
        self._threads.shutdown()

    def _by_words(self, terms: Mapping[str, float], asker: Asker, watch: Stopwatch) -> Found:
        with watch.step("words"):
            return self._index.by_words(terms, asker, self._candidates)

    def _vector(self, standing: StandAlone) -> Vectors:
        """The weighted sum of the vectors of what was said, made unit length."""
        total = sum(
            (weight * self._embedding_model.embed_query(text) for text, weight in standing.meanings),
            start=np.zeros(self._version.recipe.embedding.dimensions, np.float32),
        )
        length = float(np.linalg.norm(total))
        return (total / length if length else total).astype(np.float32)

    def _rerank(self, query: str, fused: Sequence[Passage]) -> Reranking:
        """The reranked first, then the others in the order of fusion."""
        if not self._reranker.name:
            return Reranking(list(fused))
        reranking = self._reranker.rerank(query, fused[: self._reranked])
        ranked = [
            replace(passage, ranks=replace(passage.ranks, reranked=rank))
            for rank, passage in enumerate(reranking.passages, start=1)
        ]
        return replace(reranking, passages=[*ranked, *fused[self._reranked :]])

    def _worth_reading(self, ranking: Sequence[Passage], asker: Asker) -> tuple[tuple[Excerpt, ...], dict[str, str]]:
        """The excerpts for the writer, and why the other passages are not in them, by chunk id."""
        folded = fold(ranking, self._read)
        cut = {p.chunk.id: f"after the best {self._read}" for p in ranking} | folded.cut
        spans = []
        for place, passage in enumerate(folded.kept):
            chunk, reads_on = passage.chunk, place < READ_ON
            after = CHUNKS_READ_ON if reads_on else 1
            neighbours = self._catalog.neighbours(self._version, chunk, before=1, after=after)
            spans.append(span_of(passage, neighbours, reads_on))
            cut[chunk.id] = ""
        texts: dict[str, str] = {}
        for passage in folded.kept:
            article = passage.article
            if article.id in texts:
                continue
            try:
                texts[article.id] = self._catalog.revision(article.id, passage.chunk.revision, asker).text
            except UnknownArticle:
                cut[passage.chunk.id] = "the article changed while it was read"
        return numbered(spans, texts), cut


def with_questions_before(standing: StandAlone, history: Sequence[Turn]) -> str:
    """What a reader is asked: a question that leans on the conversation comes after the last ones before it."""
    need = standing.meanings[-1][1] if len(standing.meanings) > 1 else 0.0
    before = [turn.question.strip() for turn in history[-QUESTIONS_BEFORE:]] if need >= LEANING else []
    return " ".join([*filter(None, before), standing.text])


def _candidates(
    reranking: Reranking, fused: Sequence[Passage], meaning: Found, words: Found, cut: Mapping[str, str]
) -> tuple[Candidate, ...]:
    by_meaning, by_words, by_fusion = (
        {p.chunk.id: p.score for p in leg} for leg in (meaning.passages, words.passages, fused)
    )
    return tuple(
        Candidate(
            passage,
            meaning=by_meaning.get(passage.chunk.id),
            words=by_words.get(passage.chunk.id),
            fused=by_fusion[passage.chunk.id],
            reranked=passage.score if passage.chunk.id in reranking.read else None,
            reading=reranking.read.get(passage.chunk.id),
            cut=cut[passage.chunk.id],
        )
        for passage in reranking.passages
    )
