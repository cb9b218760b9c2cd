"""The path of a question: search, read, decide whether it is there, write, check, keep. Read it top to bottom."""

import secrets
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b

from app.answering import phrases
from app.answering.abstention import signals, weighing_of
from app.answering.answers import Answer, Outcome, Reply, Turn
from app.answering.citations import unmarked
from app.answering.excerpts import Excerpt
from app.answering.point_vectors import PointVectors
from app.answering.quoting import quotables
from app.answering.reading import asked_words, rarity, read
from app.answering.retrieval import Retrieval, Retrieved
from app.answering.succession import in_force
from app.answering.tracing import Stopwatch, Trace
from app.answering.writing import LAST_RESORT, NOT_IN_THE_PASSAGES, Draft, write
from app.errors import DataFolderError, UnknownArticle, WrongUse
from app.knowledge.articles import Asker
from app.knowledge.catalog import AnswerRecord, Catalog, CitationRecord
from app.knowledge.embedding_models import EmbeddingModel
from app.language_models import LanguageModel, Quotable, WritingRequest
from app.prompting import Prompt

LONGEST_QUESTION = 4_000  # characters; about a page: more than anybody asks, less than anybody pastes
TURNS_TOLD = 3  # of the conversation, the newest: what the writer is told
RANKED_FOR_RARITY = 20  # candidates that say how rare the question's words are
NEAREST = 3  # articles named when the answer was not found


@dataclass(frozen=True)
class Prompts:
    """The words that a writer is given."""

    rules: Prompt
    answer: Prompt

    @classmethod
    def load(cls) -> "Prompts":
        return cls(Prompt.load("answer_rules"), Prompt.load("answer"))

    @property
    def fingerprint(self) -> str:
        return f"{self.rules.fingerprint} {self.answer.fingerprint}"


class Desk:
    """Answers questions. One for all askers; safe between threads.

    Args:
        models: tried in order; the last is the extractive writer (`writing.chain`).
        versions: what the traces name: embedding model, chunker, index.
        seconds: for the whole of an answer.
        threshold: the confidence below which the answer counts as not found; None: as it was fitted.
    """

    def __init__(
        self,
        catalog: Catalog,
        retrieval: Retrieval,
        embedding_model: EmbeddingModel,
        models: Sequence[LanguageModel],
        prompts: Prompts,
        *,
        versions: dict[str, str],
        seconds: float,
        threshold: float | None = None,
    ) -> None:
        self._catalog = catalog
        self._retrieval = retrieval
        self._vectors = PointVectors(embedding_model)
        self._models = models
        self._prompts = prompts
        self._versions = versions
        self._seconds = seconds
        self._threshold = threshold
        self._secret = secrets.token_bytes(16)  # no article can guess the fences; the same prompt has the same ones

    def search(self, question: str, history: Sequence[Turn] = (), asker: Asker | None = None) -> Trace:
        """The first half of `ask`: the whole ranking, and what a writer would read of it.

        Raises:
            WrongUse: the question is empty or too long.
        """
        _refuse(question)
        watch = Stopwatch()
        retrieved = self._retrieval.retrieve(question, history, asker or Asker(), watch)
        watch.mark("total")
        return self._trace(question, retrieved, watch)

    def ask(self, question: str, history: Sequence[Turn] = (), asker: Asker | None = None) -> Reply:
        """An answer being written, with its trace; kept in the catalog once it is whole.

        Raises:
            WrongUse: the question is empty or too long.
        """
        _refuse(question)
        return Reply(self._answer(question, history, asker or Asker()))

    def close(self) -> None:
        self._retrieval.close()

    def _answer(self, question: str, history: Sequence[Turn], asker: Asker) -> Generator[str, None, Answer]:
        watch = Stopwatch()
        if not any(sign.isalnum() for sign in question):
            empty = Trace(question, question, ())
            return (yield from self._say(phrases.NO_WORDS, Outcome.DECLINED, empty, watch, asker))

        retrieved = self._retrieval.retrieve(question, history, asker, watch)
        with watch.step("read"):
            words = asked_words(question, history)
            rarities = rarity(words, [c.passage for c in retrieved.candidates[:RANKED_FOR_RARITY]])
            current = in_force(retrieved.excerpts, retrieved.standing.text)
            readings = read(question, retrieved.vector, rarities, current, self._vectors.embed)
            evidence = signals(retrieved.candidates, readings, rarities)
        trace = replace(self._trace(question, retrieved, watch), signals=evidence.as_mapping())
        weighing = weighing_of(evidence)
        sure = weighing.confidence(evidence)

        if not trace.candidates:
            return (yield from self._say(phrases.NO_ARTICLES, Outcome.NOT_FOUND, trace, watch, asker))
        if sure < (weighing.threshold if self._threshold is None else self._threshold):
            return (yield from self._say(_not_found(trace), Outcome.NOT_FOUND, trace, watch, asker, sure))

        request = self._request(question, history, retrieved.excerpts, quotables(readings, rarities))
        draft = yield from self._watched(request, retrieved.excerpts, watch)
        if not draft.written:
            said = self._say(_not_found(trace), Outcome.NOT_FOUND, trace, watch, asker, sure, draft)
            return (yield from said)
        if sure < weighing.unsure and draft.model == LAST_RESORT:  # who reads can tell; who only quotes must be doubted
            draft.notes.append(phrases.UNSURE)
        return self._kept(_answered(trace, sure, draft), watch, asker)

    def _watched(
        self, request: WritingRequest, excerpts: Sequence[Excerpt], watch: Stopwatch
    ) -> Generator[str, None, Draft]:
        """Write, and note when the first words came."""
        pieces = write(self._models, request, excerpts, self._seconds)
        with watch.step("write"):
            has_begun = False
            try:
                while True:
                    piece = next(pieces)
                    if not has_begun:
                        watch.mark("first_words")
                        has_begun = True
                    yield piece
            except StopIteration as end:
                draft: Draft = end.value
                return draft
            finally:
                pieces.close()

    def _request(
        self, question: str, history: Sequence[Turn], excerpts: Sequence[Excerpt], quotables: tuple[Quotable, ...]
    ) -> WritingRequest:
        conversation = _conversation(history[-TURNS_TOLD:])
        texts = "\0".join([conversation, question, *(excerpt.text for excerpt in excerpts)])
        fence = blake2b(texts.encode(), key=self._secret, digest_size=4).hexdigest()
        prompt = self._prompts.answer.fill(
            conversation=conversation,
            passages="\n\n".join(_fenced(excerpt, fence) for excerpt in excerpts),
            fence=fence,
            question=question,
        )
        rules = self._prompts.rules.fill(not_found=NOT_IN_THE_PASSAGES)
        return WritingRequest(rules, prompt, quotables)

    def _say(
        self,
        text: str,
        outcome: Outcome,
        trace: Trace,
        watch: Stopwatch,
        asker: Asker,
        sure: float = 0.0,
        draft: Draft | None = None,
    ) -> Generator[str, None, Answer]:
        """The desk's own words, where no writer has any."""
        yield text
        notes = (*trace.notes, *(draft.notes if draft else ()))
        answer = Answer(
            id=secrets.token_hex(12),
            question=trace.question,
            query=trace.query,
            outcome=outcome,
            confidence=sure,
            text=text,
            citations=(),
            sentences=(),
            passages=trace.read,
            trace=trace,
            model=draft.model if draft else "",
            notes=notes,
        )
        return self._kept(answer, watch, asker)

    def _trace(self, question: str, retrieved: Retrieved, watch: Stopwatch) -> Trace:
        return Trace(
            question=question,
            query=retrieved.standing.text,
            candidates=retrieved.candidates,
            read=retrieved.excerpts,
            versions={**self._versions, "prompts": self._prompts.fingerprint},
            timings_ms=watch.timings_ms(),
            reranking=retrieved.reranking,
            notes=retrieved.notes,
        )

    def _kept(self, answer: Answer, watch: Stopwatch, asker: Asker) -> Answer:
        """The answer as the catalog has it; a full disk costs the keeping, not the answer, and says so.

        An article may be removed while it is quoted. A removal blanks the answers that are kept by then, so looking
        again after keeping leaves no moment in which a quote could outlive its article.
        """
        watch.mark("total")
        versions = {**answer.trace.versions, "writer": answer.model}
        trace = replace(answer.trace, versions=versions, timings_ms=watch.timings_ms(), notes=answer.notes)
        answer = replace(answer, trace=trace)
        try:
            self._catalog.save_answer(as_record(answer))
            if not self._may_still_read(answer, asker):
                answer = _withdrawn(answer)
                self._catalog.save_answer(as_record(answer))
        except DataFolderError as problem:
            return replace(answer, notes=(*answer.notes, phrases.not_kept(str(problem))))
        return answer

    def _may_still_read(self, answer: Answer, asker: Asker) -> bool:
        try:
            for article_id in {citation.article_id for citation in answer.citations}:
                self._catalog.article(article_id, asker)
        except UnknownArticle:
            return False
        return True


def _refuse(question: str) -> None:
    if not question.strip():
        raise WrongUse("the question is empty; ask something")
    if any("\ud800" <= sign <= "\udfff" for sign in question):
        raise WrongUse("the question holds half a character (it is not valid UTF-8); type it again")
    if len(question) > LONGEST_QUESTION:
        raise WrongUse(
            f"the question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read. Ask it more briefly"
        )


def _answered(trace: Trace, sure: float, draft: Draft) -> Answer:
    return Answer(
        id=secrets.token_hex(12),
        question=trace.question,
        query=trace.query,
        outcome=Outcome.ANSWERED,
        confidence=sure,
        text="".join(written.piece for written in draft.written),
        citations=tuple(citation for written in draft.written for citation in written.citations),
        sentences=tuple(written.sentence for written in draft.written),
        passages=trace.read,
        trace=trace,
        model=draft.model,
        notes=(*trace.notes, *draft.notes),
    )


def _withdrawn(answer: Answer) -> Answer:
    """Without a word of what it quoted; what was streamed of it cannot be called back."""
    trace = replace(answer.trace, candidates=(), read=())
    return replace(
        answer,
        outcome=Outcome.NOT_FOUND,
        text=phrases.WITHDRAWN,
        citations=(),
        sentences=(),
        passages=(),
        trace=trace,
    )


def _not_found(trace: Trace) -> str:
    titles = dict.fromkeys(candidate.passage.article.title for candidate in trace.candidates)
    return phrases.not_found(list(titles)[:NEAREST])


def _fenced(excerpt: Excerpt, fence: str) -> str:
    """An excerpt as the writer reads it, between lines that no article can forge."""
    above = " > ".join(dict.fromkeys([excerpt.article.title, *excerpt.headings]))
    updated = excerpt.article.updated_at.date().isoformat()
    head = f"<<{fence} passage [{excerpt.number}] | {above} | updated {updated}>>"
    return f"{head}\n{excerpt.text.strip()}\n<<{fence} end of [{excerpt.number}]>>"


def _conversation(turns: Sequence[Turn]) -> str:
    """Question and answer, oldest first; old marks go, since they would be read as marks of these excerpts."""
    lines = []
    for turn in turns:
        lines += [f"Q: {turn.question}"] if turn.question else []
        lines += [f"A: {unmarked(turn.answer_text)}"] if turn.answer_text else []
    return "\n".join(lines) or "-"


def as_record(answer: Answer) -> AnswerRecord:
    """What the catalog keeps of an answer."""
    trace = answer.trace.as_stored() | {
        "notes": list(answer.notes),
        "model": answer.model,
        "confidence": round(answer.confidence, 4),
        "sentences": [{"marks": list(s.marks), "support": s.support} for s in answer.sentences],
    }
    return AnswerRecord(
        id=answer.id,
        question=answer.question,
        query=answer.query,
        outcome=answer.outcome.value,
        text=answer.text,
        citations=tuple(CitationRecord(**asdict(citation)) for citation in answer.citations),
        asked_at=datetime.now(UTC),
        trace=trace,
    )
