"""A real SMTP server takes, refuses, closes and hangs up: what becomes of each message."""

from __future__ import annotations

import socket
import threading
from email.header import decode_header, make_header

import pytest
from tests.act.messages.cast import DANA, DAY, LEI, MEI, MINUTE, NOW, message, put, row_of, states
from tests.act.messages.post_office import PostOffice, free_port, opened, with_mail

from regulars.act.messages import delivering, service
from regulars.act.messages.channels import smtp
from regulars.act.messages.model import MessageState, Reason
from regulars.act.messages.recording import Recorder
from regulars.store.database import Database
from regulars.timeline.workspace import Workspace

QUEUED, SENT, FAILED = MessageState.QUEUED, MessageState.SENT, MessageState.FAILED


def test_each_recipient_gets_it_once(sending: Workspace, office: PostOffice) -> None:
    put(sending, message("a", MEI), message("b", LEI))
    assert service.deliver(sending, now=NOW) == 2
    assert service.deliver(sending, now=NOW) == 0
    assert sorted(mail["To"] for mail in office.mails) == [LEI, MEI]
    assert states(sending) == {"a": (SENT, None), "b": (SENT, None)}
    assert row_of(sending, "a")["receipt"] == "250 2.0.0 queued as A1"


def test_words_arrive_as_they_were_put(sending: Workspace, office: PostOffice) -> None:
    """Chinese, a line that is a single dot, and one longer than SMTP's lines are."""
    text = "结算：满意度下降\n.\n..two\n" + "long " * 400
    put(sending, message("a", subject="异动提醒：满意度", text=text))
    service.deliver(sending, now=NOW)
    (mail,) = office.mails
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n").rstrip("\n") == text
    assert str(make_header(decode_header(mail["Subject"]))) == "异动提醒：满意度"
    assert mail["From"] == "cx@shop.test" and mail["Auto-Submitted"] == "auto-generated"


def test_many_go_over_few_connections(sending: Workspace, office: PostOffice) -> None:
    put(sending, *(message(f"m{number}") for number in range(250)))
    assert service.deliver(sending, now=NOW) == 250
    assert len(set(office.ids)) == len(office.mails) == 250
    assert office.connections == 4


def test_a_call_ends_after_so_many(
    sending: Workspace, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MOST", 15)
    put(sending, *(message(f"m{number}") for number in range(20)))
    assert [service.deliver(sending, now=NOW) for _call in range(3)] == [15, 5, 0]


def test_a_recipient_refused_for_good_fails_and_keeps_nobody(
    sending: Workspace, office: PostOffice
) -> None:
    office.recipients[MEI] = "550 5.1.1 no such user"
    put(sending, message("a", MEI), message("b", LEI))
    assert service.deliver(sending, now=NOW) == 1
    assert states(sending) == {"a": (FAILED, Reason.PERMANENT), "b": (SENT, None)}
    assert row_of(sending, "a")["error"] == "550 5.1.1 no such user"
    assert service.due_at(sending) is None


def test_one_refused_for_now_is_tried_with_growing_pauses(
    sending: Workspace, office: PostOffice
) -> None:
    office.recipients[MEI] = "450 4.2.0 greylisted"
    put(sending, message("a", MEI))
    now, waits = NOW, []
    for _try in range(4):
        assert service.deliver(sending, now=now) == 0
        due = service.due_at(sending)
        assert due is not None
        waits.append((due - now) / MINUTE)
        assert service.deliver(sending, now=due - MINUTE) == 0
        now = due
    assert waits == [5, 10, 20, 40]
    assert office.offers == 4
    del office.recipients[MEI]
    assert service.deliver(sending, now=now) == 1
    assert states(sending) == {"a": (SENT, None)}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("452 4.3.1 disk full", (QUEUED, Reason.TEMPORARY)), ("554 spam", (FAILED, Reason.PERMANENT))],
)
def test_a_content_may_be_refused(
    sending: Workspace, office: PostOffice, answer: str, expected: object
) -> None:
    office.contents[MEI] = answer
    put(sending, message("a", MEI), message("b", LEI))
    assert service.deliver(sending, now=NOW) == 1
    assert states(sending) == {"a": expected, "b": (SENT, None)}


def test_a_server_that_closes_after_three_gets_all_over_new_connections(
    sending: Workspace, office: PostOffice
) -> None:
    office.most = 3
    put(sending, *(message(f"m{number}") for number in range(8)))
    assert service.deliver(sending, now=NOW) == 8
    assert office.connections == 3
    assert all(row_of(sending, f"m{number}")["tries"] == 1 for number in range(8))


def test_a_server_that_only_closes_makes_the_channel_pause(
    sending: Workspace, office: PostOffice
) -> None:
    office.most = 0
    put(sending, message("a"))
    assert service.deliver(sending, now=NOW) == 0
    (pause,) = service.overview(sending).pauses
    assert (pause.reason, pause.until) == (Reason.CONNECTION, NOW + MINUTE)
    assert pause.error.startswith("421")
    assert states(sending) == {"a": (QUEUED, Reason.CONNECTION)}


def test_a_server_that_is_away_is_tried_less_and_less_and_no_message_pays(
    ws: Workspace, office: PostOffice
) -> None:
    with_mail(ws, free_port())
    put(ws, message("a"))
    now, waits = NOW, []
    for _try in range(8):
        assert service.deliver(ws, now=now) == 0
        due = service.due_at(ws)
        assert due is not None
        waits.append((due - now) / MINUTE)
        assert service.deliver(ws, now=due - MINUTE / 2) == 0
        now = due
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    with_mail(ws, office.port)
    assert row_of(ws, "a")["tries"] == 0
    assert service.deliver(ws, now=now) == 1
    assert service.overview(ws).pauses == []


def test_a_wrong_password_stops_the_tries_and_is_told(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(password="right") as office:
        with_mail(ws, office.port, user="cx")
        monkeypatch.setenv("REGULARS_MAIL_PASSWORD", "wrong")
        put(ws, *(message(f"m{number}") for number in range(30)))
        assert service.deliver(ws, now=NOW) == 0
        (pause,) = service.overview(ws).pauses
        assert (pause.reason, pause.until) == (Reason.AUTHENTICATION, NOW + 15 * MINUTE)
        assert "refused the sign-in" in pause.words.en
        monkeypatch.setenv("REGULARS_MAIL_PASSWORD", "right")
        assert service.deliver(ws, now=NOW + 14 * MINUTE) == 0
        assert service.deliver(ws, now=NOW + 15 * MINUTE) == 30


def test_a_sender_that_is_refused_is_no_fault_of_the_recipient(
    sending: Workspace, office: PostOffice
) -> None:
    office.senders["cx@shop.test"] = "553 5.7.1 not yours"
    put(sending, message("a"))
    assert service.deliver(sending, now=NOW) == 0
    assert states(sending)["a"][0] is QUEUED
    assert service.overview(sending).pauses[0].reason is Reason.SENDER


def test_a_connection_lost_after_the_content_leaves_it_uncertain(
    sending: Workspace, office: PostOffice
) -> None:
    office.hangs_up = True
    put(sending, message("a", MEI), message("b", LEI))
    assert service.deliver(sending, now=NOW) == 0
    assert states(sending)["a"] == (MessageState.UNCERTAIN, Reason.LOST)
    assert states(sending)["b"][0] is QUEUED, "one connection has one letter at risk"
    office.hangs_up = False
    assert service.deliver(sending, now=NOW + DAY) == 1
    assert [mail["To"] for mail in office.mails] == [MEI, LEI]


@pytest.mark.parametrize(
    ("utf8", "expected"), [(True, (SENT, None)), (False, (FAILED, Reason.PERMANENT))]
)
def test_an_address_beyond_ascii_goes_where_the_server_takes_it(
    ws: Workspace, utf8: bool, expected: object
) -> None:
    with opened(enable_SMTPUTF8=utf8) as office:
        with_mail(ws, office.port)
        put(ws, message("a", "何@shop.test"), message("b", "he@商店.test"))
        service.deliver(ws, now=NOW)
    assert states(ws) == {"a": expected, "b": (SENT, None)}
    assert office.mails[-1]["To"] == "he@xn--czrs0t.test"


def test_being_sent_is_committed_before_the_content_goes(
    sending: Workspace, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    hand_over = smtp.SmtpSession.hand_over

    def look(session: smtp.SmtpSession) -> str:
        seen.append(states(sending)["a"][0])
        return hand_over(session)

    monkeypatch.setattr(smtp.SmtpSession, "hand_over", look)
    put(sending, message("a"))
    service.deliver(sending, now=NOW)
    assert seen == [MessageState.SENDING]


def test_one_that_was_closed_meanwhile_is_not_sent(
    sending: Workspace, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = smtp.SmtpSession.offer

    def close_first(session: smtp.SmtpSession, letter: object) -> None:
        with sending.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE messages SET state = 'cancelled' WHERE key = 'a'")
        offer(session, letter)  # type: ignore[arg-type]

    monkeypatch.setattr(smtp.SmtpSession, "offer", close_first)
    put(sending, message("a", DANA), message("b", LEI))
    assert service.deliver(sending, now=NOW) == 1
    assert [mail["To"] for mail in office.mails] == [LEI]


def test_where_another_process_sends_nothing_happens(
    sending: Workspace, office: PostOffice
) -> None:
    put(sending, message("a"))
    office.waits = 0.3
    one = threading.Thread(target=service.deliver, args=(sending,), kwargs={"now": NOW})
    one.start()
    while states(sending)["a"][0] is QUEUED:
        pass
    assert service.deliver(sending, now=NOW) == 0
    assert states(sending)["a"][0] in (MessageState.SENDING, SENT)
    one.join()
    assert states(sending) == {"a": (SENT, None)}
    assert len(office.mails) == 1


def test_what_cannot_be_noted_is_not_sent(
    sending: Workspace, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError("disk full")

    put(sending, message("a"))
    monkeypatch.setattr(Recorder, "_write", full)
    with pytest.raises(OSError, match="disk full"):
        service.deliver(sending, now=NOW)
    monkeypatch.undo()
    assert office.mails == []
    assert service.deliver(sending, now=NOW) == 1


def test_several_notes_are_one_commit(
    sending: Workspace, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 messages are begun and ended in fewer commits than messages."""
    commits = 0
    write = Recorder._write

    def count(recorder: Recorder, *given: object) -> object:
        nonlocal commits
        commits += 1
        return write(recorder, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Recorder, "_write", count)
    office.waits = 0.01
    put(sending, *(message(f"m{number}") for number in range(200)))
    assert service.deliver(sending, now=NOW) == 200
    assert commits < 300
    assert isinstance(sending.database, Database)


def _hang_up(listening: socket.socket) -> None:
    listening.accept()[0].close()


def test_a_port_that_does_not_speak_smtp_is_told(ws: Workspace) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        threading.Thread(target=_hang_up, args=(silent,), daemon=True).start()
        with_mail(ws, silent.getsockname()[1])
        put(ws, message("a"))
        assert service.deliver(ws, now=NOW) == 0
    assert service.overview(ws).pauses[0].reason is Reason.CONNECTION
