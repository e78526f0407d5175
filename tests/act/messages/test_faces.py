"""Page, API, command and doctor show the same outbox; a person decides with a click."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from tests.act.messages.cast import LEI, MEI, NOW, message, put, states
from tests.act.messages.post_office import PostOffice, free_port, with_mail
from tests.act.messages.test_service import being_sent
from tests.company.cast import hire
from tests.test_rights_walk import browser
from typer.testing import CliRunner

from regulars.act.messages import service
from regulars.act.messages.model import MessageState
from regulars.app import build_cli, build_web
from regulars.company.rights.model import Role
from regulars.jobs.doctor import outgoing
from regulars.jobs.doctor.model import Severity
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.store.settings import FILE, render
from regulars.timeline.workspace import Workspace


@pytest.fixture
def outbox(sending: Workspace, office: PostOffice) -> Workspace:
    """One message is sent, one was refused, of one nobody knows."""
    office.recipients["no@shop.test"] = "550 5.1.1 no such user"
    put(sending, message("sent"), message("failed", "no@shop.test"), message("lost", LEI))
    being_sent(sending, "lost")
    assert service.deliver(sending, now=NOW) == 1
    return sending


@pytest.fixture
def admin(outbox: Workspace) -> TestClient:
    client = browser(outbox, build_web(outbox), hire(outbox, "mei", Role.ADMIN, clock.now()).id)
    client.headers["Accept"] = "text/html"
    return client


def test_the_page_says_what_became_of_each_in_words(admin: TestClient) -> None:
    page = admin.get("/messages").text
    assert "The server refused it: 550 5.1.1 no such user" in page
    assert "The process ended while it was being sent" in page
    assert "It may have arrived already. Send it again?" in page
    assert LEI not in admin.get("/messages?state=failed").text
    assert LEI in admin.get("/messages?q=lei@").text
    assert MEI not in admin.get("/messages?q=lei@").text


def test_a_click_sends_again_or_closes(admin: TestClient, outbox: Workspace) -> None:
    rows = {row["address"]: row for row in admin.get("/api/v1/messages").json()["items"]}
    assert rows[LEI]["state"] == "uncertain"
    assert rows[LEI]["told"]["zh"] == "发送过程中进程中断"
    admin.post("/messages/resend", data={"row": rows[LEI]["id"]})
    admin.post("/messages/cancel", data={"row": rows["no@shop.test"]["id"]})
    assert service.deliver(outbox, now=clock.now()) == 1
    told = {key: state for key, (state, _why) in states(outbox).items()}
    assert told == {
        "sent": MessageState.SENT,
        "lost": MessageState.SENT,
        "failed": MessageState.CANCELLED,
    }
    again = admin.post(f"/api/v1/messages/{rows[LEI]['id']}/resend")
    assert (again.status_code, again.json()["code"]) == (409, "messages.state")
    assert admin.post("/api/v1/messages/777/cancel").status_code == 404


def test_a_test_mail_goes_from_page_program_and_command(
    admin: TestClient, outbox: Workspace, office: PostOffice
) -> None:
    (outbox.folder / FILE).write_text(render(outbox.settings), "utf-8")
    shown = admin.post("/messages/test", data={"address": MEI}, follow_redirects=True).text
    assert "The server took the test email." in shown
    sent = admin.post("/api/v1/messages/test", json={"address": MEI})
    assert sent.json() == {"receipt": "250 2.0.0 queued as A1"}
    words = ["messages", "test", MEI, "-w", str(outbox.folder)]
    assert "250 2.0.0 queued as A1" in CliRunner().invoke(build_cli(), words).stdout
    assert [mail["Subject"] for mail in office.mails[1:]] == ["Test email"] * 3
    office.recipients[MEI] = "550 unknown"
    refused = admin.post("/api/v1/messages/test", json={"address": MEI})
    assert (refused.status_code, refused.json()["code"]) == (503, "messages.test")


def test_a_command_lists_and_decides(outbox: Workspace) -> None:
    run, cli, where = CliRunner(), build_cli(), ["-w", str(outbox.folder)]
    rows = json.loads(run.invoke(cli, ["messages", "list", "--json", *where]).stdout)
    shown = run.invoke(cli, ["messages", "list", *where]).stdout
    assert "uncertain" in shown.lower() and str(rows[0]["id"]) in shown
    (lost,) = [row for row in rows if row["state"] == "uncertain"]
    done = run.invoke(cli, ["messages", "cancel", str(lost["id"]), *where])
    assert done.exit_code == 0, done.output
    assert states(outbox)["lost"][0] is MessageState.CANCELLED


def test_only_who_edits_settings_sees_it(outbox: Workspace) -> None:
    client = browser(outbox, build_web(outbox), hire(outbox, "lei", Role.MANAGER, clock.now()).id)
    assert client.get("/messages").status_code == 403
    assert client.get("/api/v1/messages").status_code == 403


def test_the_doctor_names_what_needs_somebody(outbox: Workspace) -> None:
    (found,) = outgoing.outbox(outbox)
    assert (found.state, found.seen.en) == (
        Severity.WARN,
        "1 uncertain, 1 failed, 0 on hold since a restore",
    )
    with_mail(outbox, free_port())
    put(outbox, message("waits"))
    service.deliver(outbox, now=NOW)
    seen = [one.seen.en for one in outgoing.outbox(outbox)]
    assert seen[0].startswith("1 messages wait: The server could not be reached: ")


def test_the_doctor_names_mail_that_is_not_set_up(ws: Workspace) -> None:
    (found,) = outgoing.outbox(ws)
    assert (found.state, found.seen) == (Severity.OK, outgoing.NOT_SET_UP)
    put(ws, message("waits"))
    (found,) = outgoing.outbox(ws)
    assert (found.state, found.advice) == (Severity.WARN, service.UNSET)
    assert isinstance(found.seen, Text)
