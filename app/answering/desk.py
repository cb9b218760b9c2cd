"""The path of a question: search, read, decide whether it is there, write, check, keep. Read it top to bottom."""

import secrets
from collections.abc import Generator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from time import monotonic

from app.answering import happenings, phrases
from app.answering.abstention import signals, weighing_of
from app.answering.answers import Answer, Happening, Outcome, Reply, Turn
from app.answering.asking import wishes
from app.answering.briefing import TURNS_TOLD, Briefing, Prompts
from app.answering.citations import Footnotes
from app.answering.clarifying import rivals
from app.answering.contradictions import contradiction
from app.answering.excerpts import Given, renumbered
from app.answering.findings import Finding, findings, pointed_at, stored
from app.answering.languages import could_be_one_language
from app.answering.point_vectors import PointVectors
from app.answering.quoting import quotables
from app.answering.reading import asked_words, rarity, read
from app.answering.retrieval import Retrieval, Retrieved
from app.answering.succession import in_force
from app.answering.support import SupportCheck
from app.answering.tracing import Candidate, Stopwatch, Trace
from app.answering.understanding import Standing, Understanding, courtesy, language_asked_in, to_the_point
from app.answering.writing import LAST_RESORT, Away, Draft, write
from app.errors import DataFolderError, UnknownArticle, WrongUse
from app.knowledge.articles import Asker
from app.knowledge.catalog import AnswerRecord, Catalog, CitationRecord
from app.knowledge.embedding_models import EmbeddingModel
from app.language_models import LanguageModel

LONGEST_QUESTION = 4_000  # characters; about a page: more than anybody asks, less than anybody pastes
RANKED_FOR_RARITY = 20  # candidates that say how rare the question's words are
NEAREST = 3  # articles named when the answer was not found


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
        check: SupportCheck | None = None,
        drops_unsupported: bool = False,
    ) -> None:
        self._catalog = catalog
        self._retrieval = retrieval
        self._vectors = PointVectors(embedding_model)
        self._models = models
        self._prompts = prompts
        self._versions = versions
        self._seconds = seconds
        self._threshold = threshold
        self._check = check or SupportCheck()
        self._drops_unsupported = drops_unsupported
        self._away = Away()
        self._understanding = Understanding(models, prompts, self._away)
        self._secret = secrets.token_bytes(16)  # no article can guess the fences; the same prompt has the same ones

    def search(self, question: str, history: Sequence[Turn] = (), asker: Asker | None = None) -> Trace:
        """The first half of `ask`: the whole ranking, and what a writer would read of it.

        Raises:
            WrongUse: the question is empty or too long.
        """
        _refuse(question)
        watch, end = Stopwatch(), monotonic() + self._seconds
        standing = self._understanding.standing(question, to_the_point(history), end, watch, Happening())
        retrieved = self._retrieval.retrieve(standing.question, standing.history, asker or Asker(), watch)
        watch.mark("total")
        return self._trace(question, standing, retrieved, watch)

    def ask(self, question: str, history: Sequence[Turn] = (), asker: Asker | None = None) -> Reply:
        """An answer being written, with its trace; kept in the catalog once it is whole.

        Raises:
            WrongUse: the question is empty or too long.
        """
        _refuse(question)
        happening = Happening()
        return Reply(self._answer(question, history, asker or Asker(), happening), happening)

    def title(self, question: str) -> str:
        """A name for the conversation that begins with this question: a model's where there is one, else its words."""
        return self._understanding.title(question)

    def close(self) -> None:
        self._retrieval.close()

    def _answer(
        self, question: str, history: Sequence[Turn], asker: Asker, happening: Happening
    ) -> Generator[str, None, Answer]:
        watch, end = Stopwatch(), monotonic() + self._seconds
        language = language_asked_in(question, history)
        if kind_words := courtesy(question, language):
            empty = Trace(question, question, ())
            return (yield from self._say(kind_words, Outcome.DECLINED, empty, watch, asker))

        history = to_the_point(history)
        standing = self._understanding.standing(question, history, end, watch, happening)
        happening.say(happenings.searching(language))
        retrieved = self._retrieval.retrieve(standing.question, standing.history, asker, watch)
        retrieved = replace(retrieved, excerpts=renumbered(retrieved.excerpts, _given(history)))
        with watch.step("read"):
            words = asked_words(standing.question, standing.history)
            rarities = rarity(words, [c.passage for c in retrieved.candidates[:RANKED_FOR_RARITY]])
            current = in_force(retrieved.excerpts, retrieved.standing.text)
            found = findings(retrieved.candidates)
            readings = read(standing.question, retrieved.vector, rarities, current, self._vectors.embed, found)
            evidence = signals(retrieved.candidates, readings, rarities)
        trace = replace(self._trace(question, standing, retrieved, watch), signals=evidence.as_mapping())
        weighing = weighing_of(evidence)
        sure = weighing.confidence(evidence)

        if not trace.candidates:
            return (yield from self._say(phrases.no_articles(language), Outcome.NOT_FOUND, trace, watch, asker))
        if sure < (weighing.threshold if self._threshold is None else self._threshold):
            return (yield from self._say(_not_found(trace, language), Outcome.NOT_FOUND, trace, watch, asker, sure))
        if meant := rivals(standing.question, readings, history):
            which = phrases.which(meant, language)
            return (yield from self._say(which, Outcome.DECLINED, trace, watch, asker, sure))

        sentences = quotables(readings, rarities, wishes(standing.question))
        if against := contradiction(readings):
            sentences = against.quotables(sentences)
        briefing = Briefing(self._prompts, question, history, retrieved.excerpts, sentences, self._secret)
        draft = yield from self._watched(briefing, end, watch, happening, language)
        trace = _as_given(trace, draft, self._prompts)
        if not draft.written:
            said = self._say(_not_found(trace, language), Outcome.NOT_FOUND, trace, watch, asker, sure, draft)
            return (yield from said)
        if sure < weighing.unsure and draft.model == LAST_RESORT:  # who reads can tell; who only quotes must be doubted
            draft.notes.append(phrases.unsure(language))
        if against and (left_out := against.left_out(draft.written)):
            yield left_out.piece
            draft.written.append(left_out)
        answer = _answered(trace, sure, draft, found)
        if against and against.article_ids & {citation.article_id for citation in answer.citations}:
            answer = replace(answer, notes=(*answer.notes, phrases.disagree(against.articles, language)))
        if draft.model != LAST_RESORT and not could_be_one_language(question, _plain_text(answer)):
            answer = replace(answer, notes=(*answer.notes, phrases.other_language(language)))
        return self._kept(answer, watch, asker)

    def _watched(
        self, briefing: Briefing, end: float, watch: Stopwatch, happening: Happening, language: str
    ) -> Generator[str, None, Draft]:
        """Write, and note when the first words came."""
        pieces = write(
            self._models,
            briefing.brief,
            self._seconds,
            end=end,
            away=self._away,
            footnotes=lambda excerpts: Footnotes(excerpts, self._check),
            drops_unsupported=self._drops_unsupported,
            happening=happening,
            language=language,
        )
        with watch.step("write"):
            has_begun = False
            try:
                while True:
                    piece = next(pieces)
                    if not has_begun:
                        watch.mark("first_words")
                        has_begun = True
                    yield piece
            except StopIteration as end_of_pieces:
                draft: Draft = end_of_pieces.value
                return draft
            finally:
                pieces.close()

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

    def _trace(self, question: str, standing: Standing, retrieved: Retrieved, watch: Stopwatch) -> Trace:
        versions = {**self._versions, "prompts": self._prompts.fingerprint}
        return Trace(
            question=question,
            query=retrieved.standing.text,
            candidates=retrieved.candidates,
            read=retrieved.excerpts,
            versions=versions | ({"stand_alone": standing.how} if standing.how else {}),
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
        language = language_asked_in(answer.question, ())
        try:
            self._catalog.save_answer(as_record(answer))
            if not self._may_still_read(answer, asker):
                answer = _withdrawn(answer, language)
                self._catalog.save_answer(as_record(answer))
        except DataFolderError as problem:
            return replace(answer, notes=(*answer.notes, happenings.not_kept(str(problem), language)))
        return answer

    def _may_still_read(self, answer: Answer, asker: Asker) -> bool:
        try:
            for article_id in {*(citation.article_id for citation in answer.citations), *_named(answer)}:
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


def _answered(trace: Trace, sure: float, draft: Draft, found: Sequence[Finding]) -> Answer:
    citations = (citation for written in draft.written for citation in written.citations)
    return Answer(
        id=secrets.token_hex(12),
        question=trace.question,
        query=trace.query,
        outcome=Outcome.ANSWERED,
        confidence=sure,
        text="".join(written.piece for written in draft.written),
        citations=pointed_at(citations, found),
        sentences=tuple(written.sentence for written in draft.written),
        passages=trace.read,
        trace=trace,
        model=draft.model,
        notes=(*trace.notes, *draft.notes),
    )


def _withdrawn(answer: Answer, language: str) -> Answer:
    """Without a word of what it quoted; what was streamed of it cannot be called back."""
    trace = replace(answer.trace, candidates=(), read=())
    return replace(
        answer,
        outcome=Outcome.NOT_FOUND,
        text=phrases.withdrawn(language),
        citations=(),
        sentences=(),
        passages=(),
        trace=trace,
    )


def _not_found(trace: Trace, language: str) -> str:
    titles = dict.fromkeys(candidate.passage.article.title for candidate in trace.candidates)
    return phrases.not_found(list(titles)[:NEAREST], language)


def _plain_text(answer: Answer) -> str:
    return " ".join(sentence.text for sentence in answer.sentences)


def _given(history: Sequence[Turn]) -> list[Given]:
    """What was given in the turns that are still told, the newest first."""
    return [given for turn in reversed(history[-TURNS_TOLD:]) for given in turn.given]


def _as_given(trace: Trace, draft: Draft, prompts: Prompts) -> Trace:
    """The trace with what its writer has really read, which is less where that can take less."""
    given = draft.given or trace.read
    versions = {**trace.versions, "prompts": prompts.of(draft.variant).fingerprint}
    if given == trace.read:
        return replace(trace, versions=versions)
    chunk_ids = {passage.chunk.id for excerpt in given for passage in excerpt.passages}

    def cut(candidate: Candidate) -> Candidate:
        was_left_out = not candidate.cut and candidate.passage.chunk.id not in chunk_ids
        return replace(candidate, cut=f"beyond what {draft.model} can read") if was_left_out else candidate

    return replace(trace, versions=versions, read=given, candidates=tuple(map(cut, trace.candidates)))


def _named(answer: Answer) -> tuple[str, ...]:
    """Ids of the articles whose titles the desk's own words list."""
    if answer.outcome is Outcome.ANSWERED:
        return ()
    best_of: dict[str, str] = {}
    for candidate in answer.trace.candidates:
        best_of.setdefault(candidate.passage.article.title, candidate.passage.article.id)
    return tuple(best_of[title] for title in answer.text.split("\n- ")[1:] if title in best_of)


def as_record(answer: Answer) -> AnswerRecord:
    """What the catalog keeps of an answer."""
    trace = answer.trace.as_stored() | {
        "notes": list(answer.notes),
        "model": answer.model,
        "confidence": round(answer.confidence, 4),
        "sentences": [
            {"marks": list(s.marks), "support": s.support, "probability": round(s.probability, 4)}
            for s in answer.sentences
        ],
        "spans": stored(answer.citations),
    }
    return AnswerRecord(
        id=answer.id,
        question=answer.question,
        query=answer.query,
        outcome=answer.outcome.value,
        text=answer.text,
        citations=tuple(
            CitationRecord(**{f.name: getattr(citation, f.name) for f in fields(CitationRecord)})
            for citation in answer.citations
        ),
        asked_at=datetime.now(UTC),
        trace=trace,
        named=_named(answer),
    )
