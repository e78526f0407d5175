"""Cases: first answers, solved at once, come back."""

from __future__ import annotations

from datetime import timedelta

from tests.understand.metrics.story import NOON, by, days, happened, one, tell

from regulars.timeline.workspace import Workspace


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_open_cases_wait_on_in_the_median(ws: Workspace) -> None:
    """Answered after 10, 20, 30, 60, 90 minutes; five still open after two hours."""
    rows = []
    for i, waited in enumerate([10, 20, 30, 60, 90, None, None, None, None, None]):
        rows.append(happened(f"p{i}", "Complaint Made", NOON, case_id=f"c{i}"))
        rows.append(happened(f"p{i}", "Case Opened", NOON, case_id=f"c{i}", actor="system"))
        if waited is not None:
            at = NOON + minutes(waited)
            rows.append(happened(f"p{i}", "Case Answered", at, case_id=f"c{i}", actor="staff"))
    rows.append(happened("x", "Page Viewed", NOON + minutes(120)))
    tell(ws, rows)
    found = one(ws, "first_response_minutes_median")
    assert (found.n, found.value) == (10, 90)
    assert found.beside["open"].value == 50.0
    assert found.high is None


def test_all_answered_gives_the_usual_median(ws: Workspace) -> None:
    rows = []
    for i, waited in enumerate([10, 20, 30, 40, 50, 60]):
        rows.append(happened(f"p{i}", "Enquiry Made", NOON, case_id=f"c{i}"))
        at = NOON + minutes(waited)
        rows.append(happened(f"p{i}", "Case Answered", at, case_id=f"c{i}", actor="staff"))
        rows.append(
            happened(f"p{i}", "Case Answered", at + days(1), case_id=f"c{i}", actor="staff")
        )
    tell(ws, rows)
    assert one(ws, "first_response_minutes_median").value == 35


def test_solved_at_first_contact(ws: Workspace) -> None:
    """Ten cases: six solved at once, one after a second word, one came back, two never solved."""
    rows = []
    for i in range(10):
        rows.append(happened(f"p{i}", "Complaint Made", NOON, case_id=f"c{i}"))
        if i < 8:
            at = NOON + days(1)
            rows.append(happened(f"p{i}", "Case Solved", at, case_id=f"c{i}", actor="staff"))
    rows.append(happened("p6", "Case Message Received", NOON + days(0.5), case_id="c6"))
    rows.append(happened("p7", "Case Message Received", NOON + days(3), case_id="c7"))
    rows.append(happened("p0", "Case Message Received", NOON + days(20), case_id="c0"))
    tell(ws, rows)
    found = one(ws, "first_contact_resolution_share")
    assert (found.n, found.value) == (10, 60.0)


def test_a_fifth_of_the_contacts_is_repeated(ws: Workspace) -> None:
    """Fifty matters; on ten of them customers come back within the week, on one after a month."""
    rows = [happened(f"p{i}", "Enquiry Made", NOON, case_id=f"c{i}") for i in range(50)]
    rows += [
        happened(f"p{i}", "Case Message Received", NOON + days(2), case_id=f"c{i}")
        for i in range(10)
    ]
    rows.append(happened("p20", "Enquiry Made", NOON + days(30), case_id="c20"))
    rows.append(happened("p30", "Enquiry Made", NOON + days(1), session_id="no matter named"))
    rows.append(happened("x", "Page Viewed", NOON + days(60)))
    tell(ws, rows)
    found = one(ws, "repeat_contact_share")
    assert (found.n, round(found.value or 0, 2)) == (61, round(100 * 10 / 61, 2))


def test_two_help_desks_number_their_cases_from_1(ws: Workspace) -> None:
    """Ten cases of ten customers: the north answers after 10 minutes, the south after 50.

    What the north's staff enter names no customer; the number and the source tell whose it is.
    """
    rows = []
    for i in range(5):
        for desk, waited in (("north", 10), ("south", 50)):
            case = {"case_id": str(i), "source": desk}
            rows.append(happened(f"{desk} {i}", "Complaint Made", NOON, **case))
            staff = None if desk == "north" else f"{desk} {i}"
            for name in ("Case Answered", "Case Solved"):
                rows.append(happened(staff, name, NOON + minutes(waited), actor="staff", **case))
    rows.append(happened("x", "Page Viewed", NOON + days(30)))
    tell(ws, rows)
    waits = by(ws, "first_response_minutes_median", "source")
    assert {key: (row.n, row.value) for key, row in waits.items()} == {
        "north": (5, 10),
        "south": (5, 50),
    }
    assert one(ws, "first_response_minutes_median").n == 10
    solved = one(ws, "first_contact_resolution_share")
    assert (solved.n, solved.value) == (10, 100.0)
