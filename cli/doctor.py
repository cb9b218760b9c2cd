"""`footnote doctor`: try every part once, and say what is wrong and what to do."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from app import plugins
from app.answering.briefing import Prompts
from app.answering.probing import tried
from app.answering.reader import Readable, Reader
from app.answering.writing import LAST_RESORT, choices, one
from app.bootstrap import Parts
from app.errors import FootnoteError, ServiceUnavailable
from app.knowledge import chroma_server
from app.language_models import LanguageModel
from app.language_models.openai import OpenAIWriter
from app.settings import Settings
from cli.opening import parts

LOW_DISK = 2 * 2**30  # bytes; below it an index rebuild may not fit


@dataclass(frozen=True)
class Finding:
    """What one check found; `remedy` is empty where all is well."""

    what: str
    found: str
    remedy: str = ""


@click.command("doctor")
def command() -> None:
    """Check settings, data folder, models and servers. Exit 0 when all is well."""
    is_well = True
    with parts() as opened:
        for check in CHECKS:
            for finding in checked(check, opened):
                is_well = is_well and not finding.remedy
                click.echo(f"{'ok  ' if not finding.remedy else 'FAIL'}  {finding.what}: {finding.found}")
                if finding.remedy:
                    click.echo(f"      {finding.remedy}")
    sys.exit(0 if is_well else 1)


def checked(check: "Check", opened: Parts) -> Iterator[Finding]:
    """A check that fails is a finding, and the next one still runs."""
    try:
        yield from check(opened)
    except FootnoteError as problem:
        yield Finding(check.__name__.replace("_", " "), "not as it should be", str(problem))


def data_folder(opened: Parts) -> Iterator[Finding]:
    folder = opened.settings.data.resolve()
    articles = len(opened.catalog.articles(None))
    yield Finding("catalog", f"{articles} articles in {folder} ({opened.catalog.database_version()})")
    free = shutil.disk_usage(folder).free
    remedy = "free some disk space; a rebuild of the index may not fit" if free < LOW_DISK else ""
    yield Finding("disk", f"{free / 2**30:.1f} GB free", remedy)


def embedding_model(opened: Parts) -> Iterator[Finding]:
    model = opened.embedding_model
    model.embed_query("Does it work?")
    runtime = getattr(model, "runtime", "")
    yield Finding("embedding model", f"{model.identity.name}, {model.identity.dimensions} dimensions {runtime}".strip())


def reader(opened: Parts) -> Iterator[Finding]:
    yield read_with(opened.reader, opened.settings.reranker)


def read_with(reader: Reader, reranker: str) -> Finding:
    """Who reads the passages; where the settings name another reranker, what the desk does without the reader.

    Raises:
        ModelUnavailable: a file of the reader is missing or damaged.
    """
    if plugins.adapter_of(reranker) != "bundled":
        instead = "fusion alone" if reranker == "none" else reranker
        return Finding("reader", f"unused: {instead} ranks the passages, and words alone check the sentences")
    reader.read("Does it work?", [Readable("Doctor", "It works.")])
    return Finding("reader", f"{reader.name}, {reader.runtime}")


def index(opened: Parts) -> Iterator[Finding]:
    version = opened.version
    yield Finding("index", f"version {version.id}, {len(opened.catalog.chunk_ids(version))} chunks")
    words = opened.lexical_index.ids()
    yield Finding("words", f"{len(words)} chunks in {plugins.adapter_of(opened.settings.lexical_index)}")
    waiting = [target for target in ("vectors", "words") if opened.catalog.pending(version, target, limit=1)]
    if waiting:
        yield Finding("outbox", f"changes wait for {' and '.join(waiting)}; the next ingest or a worker publishes them")


def vector_store(opened: Parts) -> Iterator[Finding]:
    settings = opened.settings
    store = plugins.adapter_of(settings.vector_store)
    if store != "chroma":
        yield Finding("vector store", store)
    elif settings.chroma_url:
        yield Finding("vector store", f"Chroma at {settings.chroma_url}, {len(opened.vector_store.ids())} chunks")
    elif address := chroma_server.running(settings.data):
        remedy = "" if chroma_server.is_trusted(settings.data) else "it stopped uncleanly: run `footnote repair`"
        yield Finding("vector store", f"Chroma at {address}, {len(opened.vector_store.ids())} chunks", remedy)
    else:
        yield Finding("vector store", "Chroma is not running; one-shot commands scan the catalog exactly meanwhile")


def language_models(opened: Parts) -> Iterator[Finding]:
    """Each model of the chain by itself: one that cannot be used must not hide what is wrong with the next."""
    settings = opened.settings
    for choice in choices(settings):
        try:
            model = one(settings, choice)
            yield from tried_out(model, settings)
        except FootnoteError as problem:
            yield Finding("language model", choice, str(problem))
    yield from unused_sections(settings)


def tried_out(model: LanguageModel, settings: Settings) -> Iterator[Finding]:
    """What a model does when it is asked as an answer asks it; costs two requests."""
    if model.name == LAST_RESORT:
        yield Finding("language model", f"{model.name}, the articles' own sentences, which always work")
        return
    prompts = Prompts.load(settings.prompts, [model.limits.variant])
    try:
        trial = tried(model, prompts, settings.answer_seconds)
    except ServiceUnavailable as problem:
        offered = model.offered() if isinstance(model, OpenAIWriter) and "has no model" in str(problem) else []
        there = f"; there is {', '.join(sorted(offered)[:8])}" if offered else ""
        yield Finding("language model", model.name, f"{problem}{there}")
        return
    yield Finding("language model", f"{model.name}, first words after {trial.first_words:.1f} s")
    if not trial.marks:
        remedy = (
            "set structured = true for it under [models], or take a larger model; unmarked sentences are checked, too"
        )
        yield Finding("marks", f"{model.name} did not mark its sentence with the number of its passage", remedy)
    if not trial.sees_the_beginning:
        remedy = (
            "its server may give it less to read than context_tokens says, and cut off the beginning unasked: raise it "
            "there (OLLAMA_CONTEXT_LENGTH, num_ctx, --ctx-size), or lower context_tokens for it under [models]"
        )
        found = f"{model.name} did not see the beginning of a prompt of about {trial.prompt_tokens:,} tokens"
        yield Finding("context", found, remedy)


def unused_sections(settings: Settings) -> Iterator[Finding]:
    """A section that names no model of the chain is most often a slip of the pen."""
    used = {f"openai:{settings.openai_model}" if choice == "openai" else choice for choice in choices(settings)}
    for name in sorted(settings.models.keys() - used):
        chain = ", ".join(sorted(used))
        yield Finding(
            "settings", f'[models."{name}"] belongs to no language model', f"name it as in the chain: {chain}"
        )


def platform_facts(opened: Parts) -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding("machine", f"Python {python}, {platform.machine()}, {opened.settings.threads} threads")


Check = Callable[[Parts], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (platform_facts, data_folder, embedding_model, reader, index, vector_store, language_models)
