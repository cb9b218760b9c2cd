"""Every word that is said to a model is a file in prompts/; code only fills the blanks."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from string import Template

from app.errors import PromptError


@dataclass(frozen=True)
class Prompt:
    """One prompt file: its words, with `$blanks`."""

    name: str
    words: str

    @classmethod
    def load(cls, name: str) -> "Prompt":
        """The prompt of `prompts/NAME.md`.

        Raises:
            PromptError: there is no such prompt, or its blanks are not well formed.
        """
        path = files("prompts") / f"{name}.md"
        if not path.is_file():
            raise PromptError(f"there is no prompt {name!r}: prompts/{name}.md is missing")
        prompt = cls(name, path.read_text(encoding="utf-8").strip())
        if not Template(prompt.words).is_valid():
            raise PromptError(f"prompts/{name}.md has a $ that begins no blank; write $$ for the sign itself")
        return prompt

    @property
    def fingerprint(self) -> str:
        """`answer-1a2b3c4d`: another wording, another fingerprint. Stands in every trace."""
        return f"{self.name}-{sha256(self.words.encode()).hexdigest()[:8]}"

    def fill(self, **values: str) -> str:
        """The words with every blank filled.

        Raises:
            PromptError: a blank has no value, or a value has no blank.
        """
        template = Template(self.words)
        blanks = set(template.get_identifiers())
        problems = [f"no value for ${blank}" for blank in sorted(blanks - values.keys())]
        problems += [f"no blank for {value!r}" for value in sorted(values.keys() - blanks)]
        if problems:
            raise PromptError(f"prompts/{self.name}.md: {'; '.join(problems)}")
        return template.substitute(values)
