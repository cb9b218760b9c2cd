"""Any LangChain chat model, named `langchain:module:Class:model`. LangChain stays in here."""

from collections.abc import AsyncGenerator, Generator
from importlib import import_module
from typing import TYPE_CHECKING

from app.chat_completions import Thoughts
from app.errors import ServiceUnavailable, SettingsError
from app.language_models import Limits, WritingRequest
from app.plugins import model_of
from app.settings import Settings
from app.streaming import pieces_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class LangChainWriter:
    """Streams any `BaseChatModel`; keys and addresses are the model's own, from its own environment variables."""

    def __init__(self, chat_model: "BaseChatModel", name: str, limits: Limits | None = None) -> None:
        self._chat_model = chat_model
        self.name = name
        self.limits = limits or Limits()

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        thoughts = Thoughts()
        for piece in pieces_of(lambda: self._stream(request)):
            yield thoughts.spoken(piece)
        yield thoughts.rest()

    async def _stream(self, request: WritingRequest) -> AsyncGenerator[str, None]:
        from langchain_core.messages import HumanMessage, SystemMessage

        messages = [SystemMessage(request.instructions), HumanMessage(request.prompt)]
        try:
            async for piece in self._chat_model.astream(messages):
                if piece.text:
                    yield str(piece.text)
        except Exception as error:  # each integration raises its own vendor's errors; there is no common parent
            words = " ".join(str(error).split())[:200]
            raise ServiceUnavailable(f"{self.name} failed: {type(error).__name__}: {words}") from error


def build(settings: Settings) -> LangChainWriter:
    """Raises SettingsError: the choice is not of the form, or names no chat model."""
    from langchain_core.language_models import BaseChatModel

    choice = model_of(settings.language_model)
    module_name, _, rest = choice.partition(":")
    class_name, _, model = rest.partition(":")
    if not (module_name and class_name):
        raise SettingsError(
            "name a LangChain model as langchain:module:Class:model, "
            "such as langchain:langchain_openai:ChatOpenAI:gpt-4.1-mini"
        )
    try:
        chat_class = getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"there is no {class_name!r} in {module_name!r}; is the package installed?") from error
    if not (isinstance(chat_class, type) and issubclass(chat_class, BaseChatModel)):
        raise SettingsError(f"{module_name}:{class_name} is not a LangChain chat model")
    own = settings.of_model(settings.language_model)
    given = {"model": own.model or model} if own.model or model else {}
    try:
        chat_model = chat_class(**given)
    except Exception as error:  # pydantic, a missing key, a vendor's own: all are the user's settings
        words = " ".join(str(error).split())[:200]
        raise SettingsError(f"{module_name}:{class_name} cannot be set up: {words}") from error
    limits = Limits(own.context_tokens, own.answer_tokens, own.prompts)
    return LangChainWriter(chat_model, f"langchain:{choice}", limits)
