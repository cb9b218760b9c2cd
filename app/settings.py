"""Every setting in one frozen class. The environment and footnote.toml are read here and nowhere else."""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.errors import SettingsError

_SLACK_TOKENS = {"SLACK_BOT_TOKEN": "bot_token", "SLACK_APP_TOKEN": "app_token"}  # as every Slack app calls them


class ModelSettings(BaseModel):
    """What is to know of one language model: `[models."openai:gpt-4.1-mini"]` in footnote.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = ""  # what its server calls it, where the choice is a name of your own: two servers, one model
    base_url: str = ""  # its server, where that is another than OPENAI_BASE_URL
    api_key: str = Field("", repr=False)  # better: api_key_from
    api_key_from: str = ""  # the environment variable that holds its key, such as ANTHROPIC_API_KEY
    context_tokens: int = Field(8192, ge=1024)  # what it can read and write at once; fewer passages are given to fit it
    answer_tokens: int = Field(1024, ge=64)  # room of these that is kept for its answer (and its thinking)
    temperature: float | None = Field(0.0, ge=0, le=2)  # 0: the same answer twice; left out where a model refuses it
    structured: bool = False  # ask for JSON by schema: surer marks, where the server keeps to the schema
    prompts: str = ""  # a variant of its prompts: `brief` takes answer_rules.brief.md where there is one

    @model_validator(mode="before")
    @classmethod
    def _take_the_key_from_the_environment(cls, given: Any) -> Any:
        name = given.get("api_key_from") if isinstance(given, dict) else None
        if not name or given.get("api_key"):
            return given
        if not os.environ.get(str(name)):
            raise ValueError(f"api_key_from names {name}, which is not set in the environment")
        return given | {"api_key": os.environ[str(name)]}


class SlackSettings(BaseModel):
    """What stands under [slack] in footnote.toml; `FOOTNOTE_SLACK_NAME` in the environment wins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: str = Field("", repr=False)  # xoxb-...; SLACK_BOT_TOKEN counts too
    app_token: str = Field("", repr=False)  # xapp-..., for Socket Mode; SLACK_APP_TOKEN counts too
    api_url: str = "https://slack.com/api/"  # another for a proxy that speaks the same API
    command: str = "/ask"  # as in the app's manifest
    prompts: tuple[str, ...] = ()  # questions that the Assistant panel suggests, at most four
    channels: dict[str, tuple[str, ...]] = {}  # channel id -> audiences that all of its members may read
    owners: str = ""  # id of the channel that "Ask the owner" posts to; without one there is no such button
    curators: str = ""  # id of the channel where corrections are suggested; without one, the owners'
    # What happens when an article changes or goes that an answer in Slack rested on.
    corrections: Literal["off", "suggest", "automatic"] = "suggest"


class Settings(BaseSettings):
    """`FOOTNOTE_NAME` in the environment wins over `name` in footnote.toml, which wins over the default here."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTE_",
        env_nested_delimiter="_",  # FOOTNOTE_SLACK_OWNERS is `owners` under [slack]
        env_nested_max_split=1,
        toml_file="footnote.toml",
        frozen=True,
        extra="forbid",
        populate_by_name=True,
    )

    data: Path = Path(".footnote")  # the data folder: catalog, indexes, locks; everything but the articles
    catalog_url: str = ""  # empty: SQLite in the data folder; postgresql+psycopg://... for a shared catalog
    chroma_url: str = ""  # empty: a server of our own on loopback; http://host:8000 for one that others run
    public_url: str = ""  # where links to sources and answers point, when people open them from elsewhere

    language_model: str = "extractive"  # who words the answer; a comma-separated list is tried in order
    embedding_model: str = "bundled"  # what meaning is measured with; a change needs `footnote index migrate`
    embedding_dimensions: int = Field(0, ge=0)  # shorter vectors, where the model was trained for it; 0: its own length
    vector_store: str = "chroma"  # where vectors are searched; `exact` scans the catalog, good to ~50,000 chunks
    lexical_index: str = "tantivy"  # where words are searched; `rank_bm25` keeps all in memory, for small sets
    reranker: str = "bundled"  # a second, slower look at the order of passages; `none` leaves it to fusion

    chunk_tokens: int = Field(200, ge=32, le=8192)  # longer keeps context together, shorter cites more exactly
    candidates: int = Field(100, ge=1, le=1000)  # wide: what each leg of retrieval hands to fusion
    fusion: str = "per_query"  # how both legs become one order: per_query, rrf, or the share of meaning, such as 0.4
    reranked: int = Field(20, ge=1, le=200)  # how many of the fused the reranker reads, at most
    rerank_seconds: float = Field(1.0, gt=0)  # after so long the bundled reranker reads no further passage
    rerank_all: bool = False  # the bundled reranker reads on when the order is settled: slower, to measure what is lost
    passages_read: int = Field(5, ge=1, le=50)  # narrow: what the writer gets to read

    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)  # for the bundled models
    unsupported: Literal["mark", "drop"] = "mark"  # what becomes of a sentence that no passage supports; a note says so
    answer_seconds: float = Field(30.0, gt=0)  # an answer that takes longer is cut off with an honest note
    openai_base_url: str = Field(
        "https://api.openai.com/v1", validation_alias=AliasChoices("FOOTNOTE_OPENAI_BASE_URL", "OPENAI_BASE_URL")
    )
    openai_api_key: str = Field(
        "", validation_alias=AliasChoices("FOOTNOTE_OPENAI_API_KEY", "OPENAI_API_KEY"), repr=False
    )
    openai_model: str = "gpt-4.1-mini"  # which model of the OpenAI-compatible server writes
    models: dict[str, ModelSettings] = {}  # by choice, as in language_model; see docs/language-models.md
    prompts: Path | None = None  # a folder whose files stand in for those of prompts/: a tenant's own words
    jina_base_url: str = "https://api.jina.ai/v1"  # another address for a proxy that speaks the same API
    jina_api_key: str = Field("", validation_alias=AliasChoices("FOOTNOTE_JINA_API_KEY", "JINA_API_KEY"), repr=False)
    groups: dict[str, tuple[str, ...]] = {}  # audience -> e-mail addresses of the people who may read what it may
    slack: SlackSettings = SlackSettings()

    def of_model(self, choice: str) -> ModelSettings:
        """What stands under [models] for this choice of language_model; the defaults where nothing does."""
        return self.models.get(choice, ModelSettings())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = {field: os.environ[name] for name, field in _SLACK_TOKENS.items() if os.environ.get(name)}
        slack_tokens = InitSettingsSource(settings_cls, {"slack": given} if given else {})
        return init_settings, env_settings, slack_tokens, TomlConfigSettingsSource(settings_cls)


def read(**given: Any) -> Settings:
    """Settings from the arguments, the environment and footnote.toml.

    Raises:
        SettingsError: lists every wrong setting at once.
    """
    try:
        return Settings(**given)
    except ValidationError as problem:
        wrong = (f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in problem.errors())
        raise SettingsError("settings are wrong: " + "; ".join(wrong)) from problem
