"""Rows by person become rows by slice, with what each person's rows add up to."""

from __future__ import annotations

import pyarrow as pa

from regulars.understand.metrics.folding import PEOPLE, by_group, fold, known_rows, together

SCORES = ("n", "x", "xx", None)


def by_touchpoint() -> pa.Table:
    """Delivery: ann (64) two answers, bo (65) one, nobody one; the till: ann one."""
    return pa.table(
        {
            "slice_touchpoint": ["delivery", "delivery", "delivery", "till"],
            "cluster": pa.array([64, 65, None, 64], pa.int64()),
            "n": [2, 1, 1, 1],
            "x": [2.0, -1.0, 1.0, 1.0],
            "xx": [2.0, 1.0, 1.0, 1.0],
        }
    )


def test_a_slice_has_the_sums_of_its_rows_and_the_people_beside() -> None:
    rows = fold(by_touchpoint(), ["slice_touchpoint"], SCORES, grouped=False)
    delivery, till = rows
    assert (delivery["slice_touchpoint"], delivery["n"], delivery["x"]) == ("delivery", 4, 2)
    people = delivery[PEOPLE]
    assert (list(people.keys), list(people.n), list(people.x)) == ([64, 65], [2, 1], [2, -1])
    assert (people.loose.rows, people.loose.x, people.squares) == (1, 1, 4)
    assert not people.single and till[PEOPLE].single
    assert known_rows(rows) == 4


def test_without_slices_there_is_one_row_and_of_nothing_none() -> None:
    table = by_touchpoint().drop_columns(["slice_touchpoint"])
    (whole,) = fold(table, [], SCORES, grouped=False)
    assert set(whole) == {"n", "x", "xx", PEOPLE}
    assert (whole["n"], list(whole[PEOPLE].n)) == (5, [3, 1])
    assert fold(table.slice(0, 0), [], SCORES, grouped=False) == []


def test_people_fold_into_groups_by_the_remainder_of_64() -> None:
    rows = by_group(fold(by_touchpoint(), ["slice_touchpoint"], SCORES, grouped=False))
    assert list(rows[0][PEOPLE].keys) == [0, 1] and rows[0][PEOPLE].grouped


def test_groups_know_from_their_persons_that_nobody_has_two_rows() -> None:
    """Group 0 has three rows: of three people, or of two."""
    for persons, single in ((3, True), (2, False)):
        row = {"cluster": [0], "n": [3], "x": [1.0], "xx": [1.0], "persons": [persons]}
        (found,) = fold(pa.table(row), [], SCORES, grouped=True)
        assert found[PEOPLE].single is single
    (told,) = fold(pa.table(row), [], SCORES, grouped=True, single=lambda _row: True)
    assert told[PEOPLE].single


def test_rows_of_one_slice_come_together_and_rows_without_people_have_none() -> None:
    rows = fold(by_touchpoint(), ["slice_touchpoint"], SCORES, grouped=False)
    both = together(rows)
    assert both is not None and list(both.n) == [3, 1]
    assert together([{"n": 3}]) is None


def test_weights_are_summed_by_person() -> None:
    row = {"cluster": [7, None], "n": [2, 1], "x": [1.0, 1.0], "xx": [1.0, 1.0], "w": [3.0, 2.0],
           "ww": [5.0, 4.0], "wx": [1.0, 2.0], "wwx": [1.0, 4.0], "wwxx": [1.0, 4.0],
           "wxx": [1.0, 2.0]}  # fmt: skip
    (found,) = fold(pa.table(row), [], ("w", "wx", "wxx", None), grouped=False)
    people = found[PEOPLE]
    assert (list(people.n), list(people.x), people.squares) == ([3], [1], 3)
    assert (people.loose.rows, people.loose.n, people.loose.nn, people.loose.xx) == (1, 2, 4, 4)
