"""What is put once is kept once; a person decides about what is uncertain, failed or held."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.act.messages.cast import DAY, LEI, MEI, NOW, message, put, row_of, states
from tests.act.messages.post_office import PostOffice, free_port, with_mail
from tests.timeline.putting_back import keep_database, opened, put_database
from tests.timeline.test_erasure import holding

from regulars.act.messages import queries, service
from regulars.act.messages.model import KEEP, MessageState, Reason
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound, Unavailable
from regulars.timeline import erasure, identity, inbox
from regulars.timeline.bell import Bell
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace

QUEUED, SENT, FAILED = MessageState.QUEUED, MessageState.SENT, MessageState.FAILED
UNCERTAIN, HELD, CANCELLED = MessageState.UNCERTAIN, MessageState.HELD, MessageState.CANCELLED


def being_sent(ws: Workspace, key: str) -> None:
    """Leave a message as a process does that dies while it hands it over."""
    with ws.database.transaction() as connection:
        words = f"UPDATE messages SET state = 'sending', worker = 'dead' WHERE key = '{key}'"
        connection.exec_driver_sql(words)


def test_a_key_is_put_once_and_says_one_thing(sending: Workspace, office: PostOffice) -> None:
    first, again = put(sending, message("a"), message("a"))
    assert first == again
    for other in (message("a", LEI), message("a", text="else"), message("a", subject="else")):
        with pytest.raises(Conflict, match=r"messages\.key"):
            put(sending, other)
    assert service.deliver(sending, now=NOW) == 1
    assert put(sending, message("a")) == [first]
    assert service.deliver(sending, now=NOW) == 0
    assert len(office.mails) == 1


def test_what_is_put_stands_or_falls_with_its_transaction(ws: Workspace) -> None:
    def fail() -> None:
        with ws.database.transaction() as connection:
            service.put(ws, connection, message("a"), now=NOW)
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert states(ws) == {}


@pytest.mark.parametrize(
    "address",
    ["mei", "mei@", "Mei <mei@shop.test>", "a@b, c@d", "mei@shop.test\r\nDATA", "x" * 330],
)
def test_what_is_no_address_is_refused(ws: Workspace, address: str) -> None:
    with pytest.raises(Invalid, match=r"messages\.address"):
        put(ws, message("a", address))


def test_a_subject_has_one_line(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="one line"):
        put(ws, message("a", subject="Hello\nBcc: all@shop.test"))


def test_who_waits_for_commits_hears_of_a_message(ws: Workspace) -> None:
    bell = Bell(ws.database)
    assert bell.wait(0.0)
    assert not bell.wait(0.0)
    put(ws, message("a"))
    assert bell.wait(5.0)
    bell.close()


def test_after_a_long_stop_nothing_stale_goes_out(sending: Workspace, office: PostOffice) -> None:
    put(sending, message("old"), message("young", LEI, stale_after=9 * DAY))
    assert service.deliver(sending, now=NOW + 5 * DAY) == 1
    assert states(sending) == {"old": (FAILED, Reason.STALE), "young": (SENT, None)}
    assert [mail["To"] for mail in office.mails] == [LEI]


def test_without_a_server_what_waits_gets_stale_too(ws: Workspace) -> None:
    put(ws, message("old"))
    assert service.deliver(ws, now=NOW) == 0
    assert states(ws)["old"] == (QUEUED, None)
    with ws.database.reading() as connection:
        assert not queries.has_work(connection, NOW, []), "there is nothing to send through"
    service.deliver(ws, now=NOW + 3 * DAY)
    assert states(ws)["old"] == (FAILED, Reason.STALE)


def test_what_a_dead_process_was_sending_is_uncertain_and_stays_so(
    sending: Workspace, office: PostOffice
) -> None:
    put(sending, message("a"))
    being_sent(sending, "a")
    for later in range(4):
        assert service.deliver(sending, now=NOW + later * DAY) == 0
        assert states(sending)["a"] == (UNCERTAIN, Reason.CRASHED)
    assert office.mails == []


def test_a_person_sends_it_again_or_closes_it(sending: Workspace, office: PostOffice) -> None:
    first, second = put(sending, message("a", MEI), message("b", LEI))
    being_sent(sending, "a")
    being_sent(sending, "b")
    service.deliver(sending, now=NOW)
    service.resend(sending, str(first), SHELL, now=NOW + 5 * DAY)
    service.cancel(sending, str(second), SHELL, now=NOW + 5 * DAY)
    assert service.deliver(sending, now=NOW + 5 * DAY) == 1
    assert states(sending) == {"a": (SENT, None), "b": (CANCELLED, Reason.DECIDED)}
    assert [mail["To"] for mail in office.mails] == [MEI]
    actions = [entry.action for entry in audit.find(sending, Search())]
    assert {"messages.resent", "messages.cancelled"} <= set(actions)


def test_nothing_is_decided_about_what_is_done(sending: Workspace) -> None:
    (number,) = put(sending, message("a"))
    service.deliver(sending, now=NOW)
    for act in (service.resend, service.cancel):
        with pytest.raises(Conflict):
            act(sending, str(number), SHELL, now=NOW)
        for wrong in ("", "77", "x", "²", "9" * 30):
            with pytest.raises(NotFound):
                act(sending, wrong, SHELL, now=NOW)


def test_what_waited_when_a_backup_was_put_back_is_held(
    sending: Workspace, office: PostOffice, tmp_path: Path
) -> None:
    put(sending, message("waits"), message("goes", LEI))
    being_sent(sending, "goes")
    kept = keep_database(sending, tmp_path / "kept")
    later = {"event_id": "later", "name": "Product Viewed", "occurred_at": NOW, "known_at": NOW}
    inbox.accept(sending, inbox.make([later], NOW), now=NOW)
    flush(sending)
    put_database(sending, kept)
    ws = opened(sending)
    with_mail(ws, office.port)
    assert service.deliver(ws, now=NOW) == 0
    assert {key: state for key, (state, _why) in states(ws).items()} == {
        "waits": HELD,
        "goes": UNCERTAIN,
    }
    service.resend(ws, str(row_of(ws, "waits")["id"]), SHELL, now=NOW)
    assert service.deliver(ws, now=NOW) == 1
    assert [mail["To"] for mail in office.mails] == [MEI]
    ws.close()


@pytest.mark.parametrize("by", ["person", "address"])
def test_an_erasure_takes_address_and_words(
    sending: Workspace, office: PostOffice, by: str
) -> None:
    lei = identity.identity_id(sending, "user", "lei-4711")
    about = message("a", "marker@lei.test", subject="MARKER", text="MARKER", person=lei)
    sent = message("sent", "marker@lei.test", subject="MARKER", text="MARKER", person=lei)
    put(sending, sent)
    service.deliver(sending, now=NOW)
    (number, _other) = put(sending, about, message("other", MEI))
    wanted = lei if by == "person" else identity.identity_id(sending, "email", "marker@lei.test")
    rows = erasure.erase(sending, [wanted], by="Mei", now=NOW).rows
    assert rows["messages"] == 2
    assert holding(sending.folder, "MARKER", "marker@lei.test") == []
    assert states(sending)["a"] == (CANCELLED, Reason.ERASED)
    assert states(sending)["sent"][0] is SENT
    assert service.deliver(sending, now=NOW) == 1
    assert len(office.mails) == 2
    with pytest.raises(Conflict, match="erased"):
        service.resend(sending, str(number), SHELL, now=NOW)
    if by == "person":
        assert put(sending, about) == [None]
        assert put(sending, message("new", person=lei)) == [None]


def test_what_is_done_with_goes_after_its_time(sending: Workspace) -> None:
    put(sending, message("sent"), message("uncertain", LEI))
    being_sent(sending, "uncertain")
    service.deliver(sending, now=NOW)
    assert service.prune(sending, now=NOW + KEEP) == 0
    assert service.prune(sending, now=NOW + KEEP + timedelta(seconds=1)) == 1
    assert set(states(sending)) == {"uncertain"}


def test_a_test_mail_is_sent_at_once_whatever_pauses(ws: Workspace, office: PostOffice) -> None:
    with pytest.raises(Unavailable, match=r"\[mail\]"):
        service.try_out(ws, MEI, SHELL, now=NOW)
    put(ws, message("waits", LEI))
    with_mail(ws, free_port())
    service.deliver(ws, now=NOW)
    with pytest.raises(Unavailable, match="could not be reached"):
        service.try_out(ws, MEI, SHELL, now=NOW)
    with_mail(ws, office.port)
    assert service.try_out(ws, MEI, SHELL, now=NOW).receipt.startswith("250")
    assert [mail["To"] for mail in office.mails] == [MEI]
    assert service.deliver(ws, now=NOW) == 1, "the pause is over"


def test_a_test_mail_that_is_refused_says_why_and_is_not_tried_again(
    sending: Workspace, office: PostOffice
) -> None:
    office.recipients[MEI] = "450 4.2.0 greylisted"
    with pytest.raises(Unavailable, match=r"450 4\.2\.0 greylisted"):
        service.try_out(sending, MEI, SHELL, now=NOW)
    assert service.due_at(sending) is None
