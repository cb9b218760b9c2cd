"""Sets of held-out help pages as the training folder has them, written here."""

import gzip
import json
from pathlib import Path

from evals.supporting import HELP

THINGS = ("folder", "account", "printer", "badge", "laptop", "licence", "mailbox", "locker", "phone", "key")
PLACES = ("Kiel", "Utrecht", "Porto", "Graz")


def help_pages(folder: Path) -> Path:
    """Pages on one thing in one place each, in every set; `gov_help` is held out as a whole."""
    pages = [_page(thing, place, number) for number, (thing, place) in enumerate(_each_in_each_place(), start=2)]
    for name in HELP:
        (folder / name).mkdir(parents=True, exist_ok=True)
        rows = [
            {"question": "?", "passage": text, "title": "", "answers": None, "relevant": True, "group": f"page {at}"}
            for at, text in enumerate(pages)
        ]
        with gzip.open(folder / name / "pairs.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def _each_in_each_place() -> list[tuple[str, str]]:
    return [(thing, place) for thing in THINGS for place in PLACES]


def _page(thing: str, place: str, number: int) -> str:
    return (
        f"A {thing} in the office of {place} is reserved for {number} days by the team that needs it. "
        f"All employees of {place} can request the {thing} if their manager has approved it before. "
        f"The {thing} must not be lent to visitors who stay in {place} for more than {number + 1} hours. "
        f"Whoever loses the {thing} pays {number * 10} euros to the reception of the building in {place}. "
    )
