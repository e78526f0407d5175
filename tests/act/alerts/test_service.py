"""A shop whose checkout satisfies less and less: who is told, when, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.act.messages.post_office import PostOffice, free_port, with_mail
from tests.timeline.putting_back import keep_database, opened, put_database

from regulars.act.alerts import service
from regulars.act.alerts.model import Alert, AlertKind, AlertState, Grain, Rule, Way
from regulars.act.alerts.tables import alert_mails
from regulars.act.messages import service as messages
from regulars.act.messages.model import MessageState, Purpose
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Principal, Role
from regulars.company.staff import service as staff
from regulars.kit.errors import Invalid, NotFound
from regulars.timeline import acts, inbox
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from regulars.understand.words import service as words

FIRST = datetime(2026, 6, 1, 4, tzinfo=UTC)  # a Monday at noon
NOW = FIRST + timedelta(weeks=13, days=1)
Row = dict[str, Any]
RULE = Rule("", AlertKind.METRIC, "csat_satisfied_share", "touchpoint", Grain.WEEK, Way.WORSE)


def said(week: int, who: int, score: float, touchpoint: str = "checkout", **more: Any) -> Row:
    at = FIRST + timedelta(weeks=week, hours=who % 24)
    return {
        "event_id": f"{touchpoint}-{week}-{who}-{more.get('place', '')}",
        "identity_id": f"guest {week}-{who}",
        "name": "Survey Answered",
        "touchpoint": touchpoint,
        "metric": "csat",
        "score": score,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "survey_kind": "transactional",
        "occurred_at": at,
        "known_at": at,
        **more,
    }


def shop(last: int = 30, **more: Any) -> list[Row]:
    """Twelve weeks with 80 or so of 100 satisfied, then a week with `last`, then one guest."""
    rows = []
    for week in range(13):
        happy = last if week == 12 else 80 + (week * 7) % 5 - 2
        rows += [said(week, who, 5 if who < happy else 2, **more) for who in range(100)]
    return [*rows, said(13, 0, 5, **more)]


def tell(ws: Workspace, rows: list[Row]) -> None:
    assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)


@pytest.fixture
def watched(ws: Workspace) -> Workspace:
    """The shop, watched at its touchpoints each week, and not by its levels."""
    service.put_rule(ws, RULE, SHELL, now=FIRST)
    service.remove_rule(ws, "levels", SHELL, now=FIRST)
    return ws


def test_a_fall_is_raised_once(watched: Workspace) -> None:
    tell(watched, shop())
    (alert,) = service.evaluate(watched, now=NOW)
    assert (alert.metric, alert.slice) == ("csat_satisfied_share", {"touchpoint": "checkout"})
    assert (alert.value, alert.worse, alert.state, alert.n) == (30.0, True, AlertState.OPEN, 100)
    assert alert.usual == pytest.approx(80, abs=1)
    assert alert.end - alert.start == timedelta(weeks=1)
    assert service.evaluate(watched, now=NOW) == []
    assert service.evaluate(watched, now=NOW + timedelta(hours=6)) == []


def test_the_same_as_ever_raises_nothing(watched: Workspace) -> None:
    tell(watched, shop(last=79))
    assert service.evaluate(watched, now=NOW) == []


def test_a_rise_is_no_bad_news(watched: Workspace) -> None:
    tell(watched, shop(last=99))
    assert service.evaluate(watched, now=NOW) == []


def test_the_timeline_notes_it_in_the_same_transaction(watched: Workspace) -> None:
    tell(watched, shop())
    (alert,) = service.evaluate(watched, now=NOW)
    acts.move(watched, now=NOW)
    rows = watched.query(
        lambda view: view.events.filter(view.events.name == "Alert Raised")
    ).to_pylist()
    assert [(row["actor"], row["touchpoint"], row["event_id"]) for row in rows] == [
        ("system", "checkout", f"alert {alert.id}")
    ]
    assert rows[0]["occurred_at"] < alert.end


def test_nothing_is_kept_when_the_timeline_refuses(
    watched: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(watched, shop())

    def refuse(*_args: Any, **_more: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(acts, "record", refuse)
    with pytest.raises(OSError, match="disk full"):
        service.evaluate(watched, now=NOW)
    monkeypatch.undo()
    assert len(service.evaluate(watched, now=NOW)) == 1


def test_the_next_week_joins_the_alert_that_stands(watched: Workspace) -> None:
    tell(watched, shop())
    service.evaluate(watched, now=NOW)
    more = [said(13, who, 5 if who < 20 else 2) for who in range(1, 100)]
    tell(watched, [*more, said(14, 0, 5)])
    assert service.evaluate(watched, now=NOW + timedelta(weeks=1)) == []
    (alert,) = service.listed(watched, None, "open", now=NOW)
    assert alert.again == 1


def one(ws: Workspace, now: datetime = NOW) -> Alert:
    tell(ws, shop())
    (alert,) = service.evaluate(ws, now=now)
    return alert


def test_acknowledge_snooze_mute_reopen_are_kept_in_the_audit_log(watched: Workspace) -> None:
    alert = one(watched)
    for act, view in (
        ("acknowledge", "waiting"),
        ("snooze", "waiting"),
        ("mute", "muted"),
        ("reopen", "open"),
    ):
        made = service.change(watched, alert.id, act, SHELL, now=NOW)
        assert [found.id for found in service.listed(watched, None, view, now=NOW)] == [alert.id]
        assert made.changed_by == "shell"
    actions = [entry.action for entry in audit.find(watched, Search())]
    assert {"alerts.acknowledge", "alerts.snooze", "alerts.mute", "alerts.reopen"} <= set(actions)
    with pytest.raises(Invalid):
        service.change(watched, alert.id, "forget", SHELL, now=NOW)


def test_a_snooze_ends(watched: Workspace) -> None:
    alert = one(watched)
    service.change(watched, alert.id, "snooze", SHELL, now=NOW, days=3)
    assert service.count_open(watched, None, now=NOW) == 0
    later = NOW + timedelta(days=3)
    assert service.count_open(watched, None, now=later) == 1
    assert service.listed(watched, None, "open", now=later)[0].stands(later) is AlertState.OPEN


def test_a_muted_slice_stays_quiet(watched: Workspace) -> None:
    alert = one(watched)
    service.change(watched, alert.id, "mute", SHELL, now=NOW)
    far = NOW + timedelta(weeks=20)
    rows = [said(week, who, 5 if who < (30 if week == 32 else 80) else 2)
            for week in range(14, 33) for who in range(100)]  # fmt: skip
    tell(watched, [*rows, said(33, 0, 5)])
    assert service.evaluate(watched, now=far + timedelta(days=1)) == []
    assert service.count_open(watched, None, now=far) == 0


def test_a_manager_of_one_store_sees_that_stores_alerts_only(watched: Workspace) -> None:
    service.put_rule(watched, replace(RULE, by="place"), SHELL, now=FIRST)
    tell(watched, shop(place="home"))
    assert len(service.evaluate(watched, now=NOW)) == 2
    (own,) = service.listed(watched, frozenset({"home"}), "open", now=NOW)
    assert own.slice == {"place": "home"}
    assert service.count_open(watched, frozenset({"away"}), now=NOW) == 0
    bound = Principal("staff", "m", "Mei", Role.MANAGER, frozenset({"away"}))
    with pytest.raises(NotFound):
        service.change(watched, own.id, "mute", bound, now=NOW)


def test_rules_that_ship_are_in_force_until_changed(ws: Workspace) -> None:
    shipped = {rule.preset for rule in service.rules(ws)}
    assert {"recommendation", "complaints", "satisfaction", "levels"} <= shipped
    service.remove_rule(ws, "complaints", SHELL, now=NOW)
    assert "complaints" not in {rule.preset for rule in service.rules(ws)}
    with pytest.raises(NotFound):
        service.rule(ws, "complaints")


@pytest.mark.parametrize("wrong", [{"metric": "mood"}, {"by": "moon"}, {"owner": "nobody"}])
def test_wrong_rules_are_refused(ws: Workspace, wrong: dict[str, str]) -> None:
    fields = {"id": "", "kind": AlertKind.METRIC, "metric": "nps", "by": "", "grain": Grain.WEEK,
              "way": Way.WORSE, **wrong}  # fmt: skip
    with pytest.raises((Invalid, NotFound)):
        service.put_rule(ws, Rule(**fields), SHELL, now=NOW)  # type: ignore[arg-type]


def test_a_rule_that_cannot_be_looked_at_says_why_until_it_can(
    watched: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The metric comes from a plugin that is missing for a while."""
    tell(watched, shop())
    (rule,) = (one for one in service.rules(watched) if one.preset is None)
    known = metrics.exists
    monkeypatch.setattr(metrics, "exists", lambda key: key != rule.metric and known(key))
    assert service.evaluate(watched, now=NOW) == []
    told = service.errors(watched)
    assert rule.id in told
    assert told[rule.id].en == "There is no metric “csat_satisfied_share”."
    monkeypatch.undo()
    assert len(service.evaluate(watched, now=NOW)) == 1
    assert service.errors(watched) == {}


def test_levels_are_watched_where_the_rule_says(ws: Workspace) -> None:
    """At home and away the till disappoints in August; the rule is about home."""
    rows = []
    for month, happy in ((7, 90), (8, 20)):
        for place in ("home", "away"):
            for touchpoint in ("checkout", "delivery"):
                for who in range(100):
                    at = datetime(2026, month, 3 + who % 20, 4, tzinfo=UTC)
                    score = 5 if who < (happy if touchpoint == "checkout" else 90) else 1
                    key = f"{month} {place} {touchpoint} {who}"
                    row = said(0, who, score, touchpoint, place=place)
                    moments = {"occurred_at": at, "known_at": at}
                    rows.append({**row, "event_id": key, "identity_id": key, **moments})
    tell(ws, [*rows, said(14, 0, 5)])
    for preset in [one.id for one in service.rules(ws)]:
        service.remove_rule(ws, preset, SHELL, now=NOW)
    home = Rule("", AlertKind.LEVEL, "negative_level_share", "touchpoint", Grain.MONTH, Way.WORSE,
                {"place": "home"})  # fmt: skip
    service.put_rule(ws, home, SHELL, now=NOW)
    service.put_rule(ws, replace(home, filters={"touchpoint": "delivery"}), SHELL, now=NOW)
    (alert,) = service.evaluate(ws, now=NOW + timedelta(weeks=1))
    assert alert.slice == {"place": "home", "touchpoint": "checkout"}
    assert alert.n == 100
    with pytest.raises(Invalid):
        service.put_rule(ws, replace(home, filters={"channel": "app"}), SHELL, now=NOW)


def hire(ws: Workspace, login: str, name: str) -> str:
    return staff.add(
        ws, SHELL, login=login, name=name, role=Role.MANAGER, places=None, language="zh", now=FIRST
    ).id


def test_the_touchpoints_owner_gets_a_mail(watched: Workspace, office: PostOffice) -> None:
    with_mail(watched, office.port)
    hire(watched, "dana@shop.test", "Digital")
    alert = one(watched)
    assert alert.owner_name == "Digital"
    assert messages.waiting(watched, Purpose.ALERT) == (1, None)
    assert messages.deliver(watched, now=NOW) == 1
    assert messages.deliver(watched, now=NOW) == 0
    (mail,) = office.mails
    assert mail["To"] == "dana@shop.test"
    words = mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "结算" in words
    assert f"https://cx.shop.test/alerts/{alert.id}" in words


def test_who_signs_in_without_an_address_gets_none(watched: Workspace, office: PostOffice) -> None:
    with_mail(watched, office.port)
    hire(watched, "dana", "Digital")
    assert one(watched).owner_name == "Digital"
    assert messages.waiting(watched, Purpose.ALERT) == (0, None)


def test_the_inbox_tells_why_mails_wait(watched: Workspace) -> None:
    with_mail(watched, free_port())
    hire(watched, "dana@shop.test", "Digital")
    one(watched)
    assert messages.deliver(watched, now=NOW) == 0
    inbox_now = service.answered(watched, None, "open", now=NOW).payload
    assert inbox_now.unsent == 1
    assert inbox_now.mail_error is not None
    assert "could not be reached" in inbox_now.mail_error.en


def test_no_mail_goes_out_again_after_a_database_was_put_back(
    watched: Workspace, office: PostOffice, tmp_path: Path
) -> None:
    with_mail(watched, office.port)
    hire(watched, "dana@shop.test", "Digital")
    before = keep_database(watched, tmp_path / "before")
    one(watched)
    waiting = keep_database(watched, tmp_path / "waiting")
    assert messages.deliver(watched, now=NOW) == 1
    flush(watched)
    put_database(watched, waiting)  # in which the mail still waits
    ws = opened(watched)
    with_mail(ws, office.port)
    assert messages.deliver(ws, now=NOW) == 0
    assert messages.overview(ws).counts == {MessageState.HELD: 1}
    put_database(ws, before)  # which has not met the alert yet
    ws = opened(ws)
    with_mail(ws, office.port)
    assert [alert.owner_name for alert in service.evaluate(ws, now=NOW)] == ["Digital"]
    assert messages.deliver(ws, now=NOW) == 0
    assert len(office.mails) == 1
    ws.close()


def test_mails_that_an_earlier_release_let_wait_go_through_the_outbox_once(
    watched: Workspace, office: PostOffice
) -> None:
    alert = one(watched)
    with_mail(watched, office.port)
    row = {"alert": alert.id, "language": "en", "tries": 2, "next_at": NOW}
    with watched.database.transaction() as connection:
        rows = [{**row, "address": "dana@shop.test"}, {**row, "address": "nobody at all"}]
        connection.execute(alert_mails.insert(), rows)
    for _look in range(2):
        service.evaluate(watched, now=NOW)
        messages.deliver(watched, now=NOW)
    assert [mail["To"] for mail in office.mails] == ["dana@shop.test"]


def test_a_topic_that_more_customers_speak_of_is_told(ws: Workspace) -> None:
    """In July nobody speaks of parcels that came late; in August half of all do."""
    rows = []
    for month, share in ((7, 0), (8, 50)):
        for who in range(100):
            at = datetime(2026, month, 3 + who % 20, 4, tzinfo=UTC)
            text = "my parcel was delayed" if who < share else "a nice lamp for the desk"
            rows.append({**said(0, who, 4), "event_id": f"{month} {who}", "text": text,
                         "identity_id": f"guest {month} {who}", "occurred_at": at,
                         "known_at": at, "language": "en"})  # fmt: skip
    tell(ws, [*rows, said(14, 0, 5)])
    now = NOW + timedelta(weeks=1)
    words.analyse(ws, now=now)
    told = {
        one.slice.get("topic")
        for one in service.evaluate(ws, now=now)
        if one.metric == "topic_share"
    }
    assert "delayed" in told
    assert "lamp" not in told
