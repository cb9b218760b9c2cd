"""Every word that is said to a model is a file in prompts/; code only fills the blanks."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from app.errors import PromptError


@dataclass(frozen=True)
class Prompt:
    """One prompt file: its words, with `$blanks`."""

    name: str  # with its variant: `answer_rules.json`
    words: str

    @classmethod
    def load(cls, name: str, folder: Path | None = None, variant: str = "") -> "Prompt":
        """The prompt `NAME.VARIANT.md`, from the folder or from prompts/; `NAME.md` where there is no such variant.

        Args:
            folder: somebody's own prompts; those of the same name stand in for ours, blank for blank.

        Raises:
            PromptError: there is no such prompt, or it has other blanks than ours of that name.
        """
        ours = _read(files("prompts") / f"{name}.md", name)
        names = [f"{name}.{variant}", name] if variant else [name]
        for candidate in names:
            for place in (folder, files("prompts")):
                path = place / f"{candidate}.md" if place is not None else None
                if path is not None and path.is_file():
                    found = _read(path, candidate)
                    _refuse_other_blanks(found, ours, str(path))
                    return found
        return ours

    @property
    def fingerprint(self) -> str:
        """`answer-1a2b3c4d`: another wording, another fingerprint. Stands in every trace."""
        return f"{self.name}-{sha256(self.words.encode()).hexdigest()[:8]}"

    @property
    def blanks(self) -> set[str]:
        return set(Template(self.words).get_identifiers())

    def fill(self, **values: str) -> str:
        """The words with every blank filled.

        Raises:
            PromptError: a blank has no value, or a value has no blank.
        """
        problems = [f"no value for ${blank}" for blank in sorted(self.blanks - values.keys())]
        problems += [f"no blank for {value!r}" for value in sorted(values.keys() - self.blanks)]
        if problems:
            raise PromptError(f"prompts/{self.name}.md: {'; '.join(problems)}")
        return Template(self.words).substitute(values)


def _read(path: Path | Traversable, name: str) -> Prompt:
    if not path.is_file():
        raise PromptError(f"there is no prompt {name!r}: prompts/{name}.md is missing")
    try:
        prompt = Prompt(name, path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as problem:
        raise PromptError(f"the prompt {path} cannot be read: {problem}") from problem
    if not Template(prompt.words).is_valid():
        raise PromptError(f"{path} has a $ that begins no blank; write $$ for the sign itself")
    return prompt


def _refuse_other_blanks(found: Prompt, ours: Prompt, path: str) -> None:
    problems = [f"${blank} is missing" for blank in sorted(ours.blanks - found.blanks)]
    problems += [f"${blank} is never filled" for blank in sorted(found.blanks - ours.blanks)]
    if problems:
        raise PromptError(f"{path} has other blanks than prompts/{ours.name}.md: {'; '.join(problems)}")
