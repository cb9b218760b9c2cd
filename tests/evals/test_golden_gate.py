"""The golden questions, asked for real: what CI holds. `footnote eval golden` is the same."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.evaluate import command

KNOWLEDGE = {
    "refunds.md": "---\ntitle: Refunds\n---\nRefunds take five days. They are paid to the card that was charged.\n",
    "pay.md": "---\ntitle: Pay\naudiences: [hr]\n---\nSalaries rise in May by three percent.\n",
}
QUESTIONS = [
    {"_id": "g1", "text": "How long do refunds take?", "articles": ["refunds.md"], "answers": ["five days"]},
    {"_id": "g2", "text": "When do salaries rise?", "articles": ["pay.md"], "answers": ["in May"], "audiences": ["hr"]},
    {"_id": "g3", "text": "Which quarks does a proton contain?", "answerable": False},
]


@pytest.mark.slow
def test_no_golden_figure_has_dropped_since_the_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path))

    ran = CliRunner().invoke(command, ["golden"])

    assert ran.exit_code == 0, ran.output


def test_a_desk_of_ones_own_has_its_own_questions_and_its_own_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data"))
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    for name, text in KNOWLEDGE.items():
        (knowledge / name).write_text(text)
    questions, baseline = tmp_path / "questions.jsonl", tmp_path / "baseline.json"
    questions.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS))
    own = ["golden", f"--questions={questions}", f"--knowledge={knowledge}", f"--baseline={baseline}", "--json"]

    first = CliRunner().invoke(command, [*own, "--update-baseline", "--why", "the first"])
    second = CliRunner().invoke(command, own)
    questions.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS[1:]))
    fewer = CliRunner().invoke(command, own)

    assert first.exit_code == 0, first.output
    body = json.loads(second.stdout)
    assert second.exit_code == 0 and body["gate"]["passed"] and not body["gate"]["changed"]
    assert body["questions"] == 3
    assert body["retrieval"] == {"nDCG@10": 1.0, "R@5": 1.0, "hit@1": 1.0, "quotes_read": 1.0}
    assert body["answers"]["citation_recall"] == body["answers"]["quotes_cited"] == 1.0
    assert fewer.exit_code == 1 and json.loads(fewer.stdout)["gate"]["gone"] == ["g1"]
