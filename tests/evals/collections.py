"""A tiny BEIR-shaped folder that a test writes itself."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

DOCUMENTS: Mapping[str, tuple[str, str]] = {
    "refunds": ("Refunds", "Refunds take five days. They are paid to the card that was charged."),
    "parking": ("Parking", "The gate of the car park opens at six. Bicycles stand in the cellar."),
    "travel": ("Travel", "Trains are booked through the portal. A flight needs the approval of your manager."),
    "lunch": ("Canteen", "Lunch is served from noon until two. On Fridays there is fish."),
    "keys": ("Keys", "Lost keys are replaced by the porter for a fee of twelve pounds."),
}
QUERIES: Sequence[Mapping[str, object]] = (
    {"_id": "q1", "text": "How long do refunds take?", "answers": ["five days"]},
    {"_id": "q2", "text": "When does the gate of the car park open?", "answers": ["at six"]},
    {"_id": "q3", "text": "Does a flight need approval?", "answers": ["the approval of your manager"]},
    {"_id": "q4", "text": "What is served on Fridays?", "answers": ["fish"]},
    {"_id": "q5", "text": "What does a lost key cost?", "answers": ["twelve pounds"]},
    {"_id": "q6", "text": "Which quarks does a proton contain?", "answerable": False},
)
QRELS: Mapping[str, str] = {"q1": "refunds", "q2": "parking", "q3": "travel", "q4": "lunch", "q5": "keys"}


def a_collection(folder: Path) -> Path:
    """Five documents, five queries that one of them answers, and one that none does."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = [{"_id": id_, "title": title, "text": text} for id_, (title, text) in DOCUMENTS.items()]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", QUERIES)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    judgements = "".join(f"{query}\t{document}\t1\n" for query, document in QRELS.items())
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + judgements, encoding="utf-8")
    return folder
