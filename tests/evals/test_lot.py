"""A lot is drawn from the whole file, and always the same."""

from evals.lot import drawn_by_lot

ITEMS = tuple(range(300))


def test_so_many_are_drawn_from_everywhere_each_once_and_always_the_same() -> None:
    some = drawn_by_lot(ITEMS, 40)

    assert some == drawn_by_lot(ITEMS, 40)
    assert len(set(some)) == 40
    assert min(some) < 100 and max(some) > 200


def test_of_fewer_than_are_asked_for_all_are_drawn_in_an_order_of_chance() -> None:
    assert sorted(drawn_by_lot(ITEMS, 999)) == list(ITEMS) != drawn_by_lot(ITEMS, 999)


def test_where_nobody_names_a_number_all_come_as_they_stand() -> None:
    assert drawn_by_lot(ITEMS, None) == list(ITEMS)
