"""The fit learns which signals tell, and asks only what the reader was not trained on."""

from dataclasses import replace

import numpy as np
import pytest

from evals.fit_abstention import Case, auroc, chosen, fitted, is_bent, knowledge_base, worth_having
from models.reader.rows import Pair, is_held_out

GROUPS = [f"group {number}" for number in range(200)]
HELD_OUT = [group for group in GROUPS if is_held_out("nq_qed", group)]
TRAINED_ON = [group for group in GROUPS if not is_held_out("nq_qed", group)]


def a_pair(group: str, number: int = 0, kind: str = "") -> Pair:
    return Pair(
        "nq_qed", f"What of {group}, {number}?", f"Passage {number} of {group}.", group, None, True, kind, group
    )


def test_only_questions_of_people_that_no_weight_has_seen_are_asked() -> None:
    held_out, heading, seen = a_pair(HELD_OUT[0]), a_pair(HELD_OUT[1], kind="howto"), a_pair(TRAINED_ON[0])

    assert chosen([held_out, held_out, heading, seen], 10) == [held_out]


def test_a_question_is_asked_again_without_everything_of_its_group() -> None:
    asked = [a_pair(HELD_OUT[0]), a_pair(HELD_OUT[1])]
    every = [*asked, a_pair(HELD_OUT[0], 1), *(a_pair(group) for group in TRAINED_ON[:5])]
    bent = replace(a_pair(HELD_OUT[1], 2), relevant=False, answers=())

    passages = knowledge_base("a set", every, asked, [bent])
    asks = passages.asks(asked, [a_pair("elsewhere")], [bent])

    assert is_bent(bent) and len(passages.pairs) == 9
    assert [ask.kind for ask in asks] == ["answerable"] * 2 + ["close"] * 2 + ["far", "twisted"]
    left_out = {document.text for document in passages.dataset.documents if document.id in asks[2].left_out}
    assert left_out == {f"Passage 0 of {HELD_OUT[0]}.", f"Passage 1 of {HELD_OUT[0]}."}
    assert not any(ask.left_out for ask in asks if ask.kind != "close")


def cases(random: np.random.Generator) -> list[Case]:
    """One signal tells, the other is noise; what was not read has no signal of the reader."""
    found = [
        Case(
            of_set, kind, {"tells": float(random.normal(2.0 * (kind == "answerable"))), "noise": float(random.normal())}
        )
        for of_set in ("one", "other")
        for kind in ("answerable", "close", "far")
        for _ in range(60)
    ]
    return [*found, Case("one", "far", {"tells": 9.0})]


def test_the_fit_weighs_what_tells_and_keeps_its_promise_on_refusals() -> None:
    result = fitted(cases(np.random.default_rng(7)))

    assert result["weights"]["tells"] > 1 > 0.3 > abs(result["weights"]["noise"])
    assert result["cases"] == {"answerable": 120, "close": 120, "far": 120}
    for figures in result["each set, left out of the fit"].values():
        assert figures["false_refusal_rate"] <= 0.04
        assert figures["auroc_far"] > 0.85
    assert result["threshold"] < result["unsure"]


def test_what_helps_on_sets_left_out_is_added_and_what_does_not_stays_out() -> None:
    names, looked_at = worth_having(cases(np.random.default_rng(7))[:-1], ["noise"], ["noise", "tells"])

    assert names[-1] == "tells"
    assert looked_at["noise + tells"] > looked_at["noise"] + 0.2


def test_a_signal_that_harms_one_set_is_not_added() -> None:
    random = np.random.default_rng(7)

    def told(case: Case, other: float) -> Case:
        return replace(case, signals={"tells": case.signals["tells"], "harms": other})

    some = [
        told(case, float(random.normal(3.0 * (case.kind == "answerable") * (1 if case.of_set == "one" else -1))))
        for case in cases(random)[:-1]
    ]

    assert worth_having(some, ["tells"], ["tells", "harms"])[0] == ("tells",)


def test_the_same_cases_give_the_same_weights() -> None:
    assert fitted(cases(np.random.default_rng(7))) == fitted(cases(np.random.default_rng(7)))


def test_a_tie_counts_half() -> None:
    assert auroc(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == pytest.approx(0.875)
