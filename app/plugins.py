"""A folder is the registry: each file in a port's package is one adapter with a `build`."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from app.errors import SettingsError


def names(package: str) -> list[str]:
    """The adapters of a port, by file name."""
    return sorted(module.name for module in iter_modules(import_module(package).__path__))


def adapter_of(choice: str) -> str:
    """`sentence_transformers:BAAI/bge-small-en-v1.5` -> `sentence_transformers`."""
    return choice.partition(":")[0]


def model_of(choice: str) -> str:
    """`sentence_transformers:BAAI/bge-small-en-v1.5` -> `BAAI/bge-small-en-v1.5`; empty without one."""
    return choice.partition(":")[2]


def build(package: str, choice: str, *parts: Any) -> Any:
    """Build the adapter that `choice` (`adapter` or `adapter:model`) names from finished parts.

    Raises:
        SettingsError: no such adapter; the message names those there are.
    """
    name = adapter_of(choice)
    if name not in names(package):
        port = package.rpartition(".")[2].replace("_", " ")
        raise SettingsError(f"there is no {name!r} among the {port}; choose one of: {', '.join(names(package))}")
    return import_module(f"{package}.{name}").build(*parts)
