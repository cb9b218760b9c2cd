"""Where words stand, and how much of them was read."""

from evals.spans import length, occurrences, overlap, recall, shared, span_figures


def test_a_quote_is_found_wherever_it_stands_whatever_white_space_parts_its_words() -> None:
    text = "Paid in\n  full. It is paid in full, always paid in fullness."

    assert [text[start:end] for start, end in occurrences(text, "paid in full")] == ["paid in full"]
    assert occurrences(text, "Paid in full.") == [(0, 15)]
    assert occurrences(text, " ") == []


def test_a_number_does_not_stand_within_another_one() -> None:
    assert occurrences("2012, 12 and $120", "12") == [(6, 8)]
    assert occurrences("$120 or $12.", "$12") == [(8, 11)]


def test_an_answer_without_blanks_around_it_is_found_in_chinese() -> None:
    assert occurrences("黑豹队丢了308分。", "丢了") == [(3, 5)]


def test_overlaps_count_each_sign_once() -> None:
    assert length([(0, 5), (3, 8), (20, 21)]) == 9
    assert overlap((2, 10), [(0, 5), (4, 6), (9, 99)]) == 5
    assert shared([(0, 10)], [(5, 7), (6, 12)]) == 5


def test_of_several_answers_the_one_that_was_read_best_counts() -> None:
    assert recall([(0, 4), (100, 110)], [(105, 200)]) == 0.5
    assert recall([], [(0, 4)]) == 0.0


def test_a_span_that_the_chunker_cut_in_two_is_seen_in_the_best_chunk_but_whole_in_what_is_read() -> None:
    figures = span_figures({"a": [(8, 18)]}, {"a": [(0, 10), (10, 30)]}, {"a": [(0, 30)], "b": [(0, 10)]}, tokens=12)

    assert (figures.chunk_recall, figures.chunk_precision) == (0.8, 0.4)
    assert (figures.read_recall, figures.read_precision) == (1.0, 0.25)
    assert figures.read_tokens == 12
