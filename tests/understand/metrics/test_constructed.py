"""Small files as shops have them; each right number is worked out by hand beside it."""

from __future__ import annotations

from pathlib import Path

from tests.understand.metrics.shop import bring, shown

from regulars.listen.imports import library
from regulars.timeline.vocabulary import OURS
from regulars.timeline.workspace import Workspace

EVENTS = "name,occurred_at,user_id,actor,source,session_id,order_id,case_id"
LATER = "Page Viewed,2026-04-20 09:00,late,customer,web,,,"
"""Somebody looks round three weeks later, so that every week after March is over."""


def events(*lines: str) -> str:
    return "\n".join([EVENTS, *lines, LATER])


def test_a_complaint_is_one_contact(ws: Workspace, tmp_path: Path) -> None:
    """Five complaints, one ticket each, solved the same day: nobody wrote twice, 100 %."""
    rows = [
        f"T{i},p{i}@example.com,2026-03-0{i} 09:00,2026-03-0{i} 15:00,Complaint,Came broken"
        for i in range(1, 6)
    ]
    text = "\n".join(["ticket_id,email,created_at,resolved_at,type,description", *rows])
    bring(ws, tmp_path, "tickets.csv", "tickets", text)
    bring(ws, tmp_path, "later.csv", "events", events())
    (found,) = shown(ws, "first_contact_resolution_share")
    assert (found["n"], found["value"]) == (5, 100.0)
    said = ws.query(lambda view: view.events.filter(view.events.text.notnull()))
    assert said.num_rows == 5  # and what they said is said once


def test_a_complaint_that_opens_a_case_is_one_contact_by_every_door(
    ws: Workspace, tmp_path: Path
) -> None:
    """The same five as events: complaint and case in one moment. The sixth wrote twice: 5 of 6."""
    rows = []
    for i in range(1, 7):
        for name in ("Complaint Made", "Case Opened"):
            rows.append(f"{name},2026-03-0{i} 09:00,p{i},customer,desk,,,c{i}")
        rows.append(f"Case Solved,2026-03-0{i} 15:00,p{i},staff,desk,,,c{i}")
    rows.append("Case Message Received,2026-03-06 09:00,p6,customer,desk,,,c6")
    rows.append("Case Message Received,2026-03-06 09:00,p6,customer,desk,,,c6")
    bring(ws, tmp_path, "events.csv", "events", events(*rows))
    (found,) = shown(ws, "first_contact_resolution_share")
    assert (found["n"], round(found["value"], 2)) == (6, 83.33)


def test_numbers_of_two_systems_sessions_are_two_sessions(ws: Workspace, tmp_path: Path) -> None:
    """Five customers chat in session 1 to 5, then ring; the telephone also counts from 1.

    Two contacts in every case: none is solved at the first contact. Of the ten contacts the five
    chats were followed by a call on the same case: 50 % are repeated.
    """
    rows = []
    for i in range(1, 6):
        rows.append(f"Enquiry Made,2026-03-0{i} 09:00,p{i},customer,chat,{i},,c{i}")
        rows.append(f"Call Started,2026-03-0{i} 11:00,p{i},customer,telephone,{i},,c{i}")
        rows.append(f"Case Solved,2026-03-0{i} 15:00,p{i},staff,desk,,,c{i}")
    bring(ws, tmp_path, "events.csv", "events", events(*rows))
    (solved,) = shown(ws, "first_contact_resolution_share")
    assert (solved["n"], solved["value"]) == (5, 0.0)
    (again,) = shown(ws, "repeat_contact_share")
    assert (again["n"], again["value"]) == (10, 50.0)


def test_checkouts_of_web_and_app_are_not_one(ws: Workspace, tmp_path: Path) -> None:
    """Nobody signs in. Web sessions 1 to 5 leave at the till; app sessions 1 to 5 buy.

    Ten checkouts, five of them left: 50 %.
    """
    rows = []
    for i in range(1, 6):
        for way in ("web", "app"):
            rows.append(f"Checkout Started,2026-03-0{i} 09:00,,customer,{way},{i},,")
        rows.append(f"Order Completed,2026-03-0{i} 09:05,,customer,app,{i},A{i},")
    bring(ws, tmp_path, "events.csv", "events", events(*rows))
    (found,) = shown(ws, "order_abandonment_share")
    assert (found["n"], found["value"]) == (10, 50.0)


def test_a_survey_of_another_system_is_not_the_one_shown(ws: Workspace, tmp_path: Path) -> None:
    """Web sessions 1 to 5 are shown a survey and leave; app sessions 1 to 5 answer another: 0 %."""
    rows = []
    for i in range(1, 6):
        rows.append(f"Survey Shown,2026-03-0{i} 09:00,,system,web,{i},,")
        rows.append(f"Survey Answered,2026-03-0{i} 09:05,,customer,app,{i},,")
    bring(ws, tmp_path, "events.csv", "events", events(*rows))
    (found,) = shown(ws, "response_rate")
    assert (found["n"], found["value"]) == (5, 0.0)


def test_a_receipt_is_no_answer(ws: Workspace, tmp_path: Path) -> None:
    """Each mail has its receipt after one second; a person answers after 4 hours: 240 minutes."""
    rows = []
    for i in range(1, 6):
        rows.append(f"Enquiry Made,2026-03-0{i} 09:00:00,p{i},customer,mail,,,c{i}")
        rows.append(f"Case Answered,2026-03-0{i} 09:00:01,p{i},system,mail,,,c{i}")
        rows.append(f"Case Answered,2026-03-0{i} 13:00:00,p{i},staff,mail,,,c{i}")
    bring(ws, tmp_path, "events.csv", "events", events(*rows))
    (found,) = shown(ws, "first_response_minutes_median")
    assert (found["n"], found["value"]) == (5, 240.0)


def test_a_bot_that_answers_a_ticket_is_no_answer(ws: Workspace, tmp_path: Path) -> None:
    """Five tickets: the desk's robot replied in the minute, people solved them after 6 hours."""
    rows = [
        f"T{i},p{i}@example.com,2026-03-0{i} 09:00,2026-03-0{i} 09:01,Answer Bot,"
        f"2026-03-0{i} 15:00,Anna Talbot"
        for i in range(1, 6)
    ]
    heads = "ticket_id,email,created_at,first_response_at,first_response_by,resolved_at,resolved_by"
    bring(ws, tmp_path, "tickets.csv", "tickets", "\n".join([heads, *rows]))
    (found,) = shown(ws, "first_response_minutes_median")
    assert (found["n"], found["value"]) == (5, 360.0)


def test_a_case_that_was_closed_unanswered_is_not_solved(ws: Workspace, tmp_path: Path) -> None:
    """Six tickets solved by the system after three days; people had answered three: 50 %."""
    rows = [
        f"T{i},p{i}@example.com,2026-03-0{i} 09:00,{f'2026-03-0{i} 10:00' if i < 4 else ''},"
        f"2026-03-{i + 3:02d} 09:00,系统"
        for i in range(1, 7)
    ]
    text = "\n".join(["工单号,邮箱,创建时间,首次回复时间,解决时间,解决人", *rows])
    bring(ws, tmp_path, "tickets.csv", "tickets", text)
    bring(ws, tmp_path, "later.csv", "events", events())
    (found,) = shown(ws, "first_contact_resolution_share")
    assert (found["n"], found["value"]) == (6, 50.0)


def test_coming_back_on_an_order_is_a_repeat_though_a_case_was_opened(
    ws: Workspace, tmp_path: Path
) -> None:
    """Five ask where their order is, two days later they complain of it, which opens a case.

    A day after that they write in the case, which no longer names the order. Fifteen contacts; the
    first two of each were followed by another on the same order: 10 of 15. The sixth writes twice
    in one case, each time of another order; it is the same case: 1 of 2 more, 11 of 17.
    """
    rows = []
    for i in range(1, 6):
        rows.append(f"Progress Asked,2026-03-0{i} 09:00,p{i},customer,web,,A{i},")
        rows.append(f"Complaint Made,2026-03-0{i + 2} 09:00,p{i},customer,desk,,A{i},c{i}")
        rows.append(f"Case Message Received,2026-03-0{i + 3} 09:00,p{i},customer,desk,,,c{i}")
    rows.append("Complaint Made,2026-03-06 09:00,p6,customer,desk,,A6,c6")
    rows.append("Case Message Received,2026-03-06 09:30,p6,customer,desk,,A7,c6")
    bring(ws, tmp_path, "events.csv", "events", events(*rows))
    (found,) = shown(ws, "repeat_contact_share")
    assert (found["n"], round(found["value"], 2)) == (17, 64.71)


def test_what_only_staff_can_do_is_theirs_in_a_file_that_names_no_actor(
    ws: Workspace, tmp_path: Path
) -> None:
    """Five questions, each answered by us after 20 minutes and solved: 20 minutes, 100 %."""
    rows = ["name,occurred_at,user_id,case_id"]
    for i in range(1, 6):
        for name, at in (("Enquiry Made", "00"), ("Case Answered", "20"), ("Case Solved", "30")):
            rows.append(f"{name},2026-03-0{i} 09:{at},p{i},c{i}")
    bring(ws, tmp_path, "events.csv", "events", "\n".join(rows))
    bring(ws, tmp_path, "later.csv", "events", events())
    (found,) = shown(ws, "first_response_minutes_median")
    assert (found["n"], found["value"]) == (5, 20.0)
    (solved,) = shown(ws, "first_contact_resolution_share")
    assert (solved["n"], solved["value"]) == (5, 100.0)


def test_the_recipe_of_events_knows_what_is_ours() -> None:
    take = library.get("events").events[0].take["actor"]
    assert {name for name in OURS if f"'{name}'" in take} == set(OURS)
