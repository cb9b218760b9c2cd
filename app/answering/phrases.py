"""What the desk itself says, in one place. Everything else in an answer comes from articles."""

from collections.abc import Sequence

NO_ARTICLES = "There are no articles yet that you may read. `footnote ingest FOLDER` adds some."
NO_WORDS = "I can only answer a question that has words in it. What would you like to know?"
WITHDRAWN = "An article that this answer rested on was withdrawn while it was written. Please ask again."
NOT_FOUND = "I could not find an answer to this in the articles."

UNSURE = "The articles may not answer this; this is the nearest they say."


def not_found(nearest: Sequence[str]) -> str:
    """`nearest`: titles of the articles that come closest, best first."""
    if not nearest:
        return NOT_FOUND
    return "\n".join([f"{NOT_FOUND} The nearest are:", "", *(f"- {title}" for title in nearest)])


def failed_over(problem: str, successor: str) -> str:
    return f"{problem}; {said_by(successor)}."


def said_by(model: str) -> str:
    if model == "extractive":
        return "the answer is in the articles' own sentences instead"
    return f"{model} was asked instead"


def cut_off(problem: str) -> str:
    return f"{problem}; the answer ends where it was cut off."


def groundless(model: str) -> str:
    return f"what {model} wrote rests on nothing that it was given"


def too_long(model: str) -> str:
    return f"{model} did not come to an end"


def too_slow(model: str, seconds: float) -> str:
    return f"{model} wrote nothing for {seconds:.0f} seconds"


def out_of_time(model: str, seconds: float) -> str:
    return f"{model} was not done after {seconds:.0f} seconds"


def not_kept(problem: str) -> str:
    return f"this answer was not kept: {problem}"
