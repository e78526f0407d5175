"""The pages about people, as members of staff meet them."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.rights.model import Role
from regulars.company.sign_in import service as sign_in
from regulars.kit import clock
from regulars.listen.identities import service
from regulars.timeline import inbox, linking
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace
from tests.company.cast import ONE_STORE, OTHER_STORE, hire, plant
from tests.listen.identities.test_service import NOW, hold

PERSON = re.compile(r'href="/people/[0-9a-f]{32}')
"""A link to one person, which the list of contested links is not."""


@pytest.fixture
def app(ws: Workspace) -> FastAPI:
    plant(ws, NOW)
    return build_web(ws)


def sign(
    app: FastAPI, ws: Workspace, login: str, role: Role, places: list[str] | None = None
) -> TestClient:
    """Return the browser of a member of staff."""
    account = hire(ws, login, role, clock.now(), places)
    token = sign_in.start_session(ws, account, clock.now(), address="1", agent="test")
    cookies = {sign_in.cookie_name(ws): token}
    headers = {"X-CSRF-Token": sign_in.csrf_token(ws, token)}
    return TestClient(app, cookies=cookies, headers=headers, follow_redirects=False)


@pytest.fixture
def lei(ws: Workspace) -> str:
    """Li Lei: an order in Nanjing Road, a bad word in Wangfujing."""
    return customer(ws, "lei", "Li Lei")


def customer(ws: Workspace, user: str, name: str) -> str:
    identity = identity_id(ws, "user", user)
    order = {
        "event_id": f"{user}-order",
        "identity_id": identity,
        "occurred_at": NOW,
        "name": "Order Completed",
        "order_id": "A1",
        "amount": Decimal(100),
        "currency": "CNY",
        "place": ONE_STORE,
        "channel": "store",
        "lines": [
            {
                "line_id": "1",
                "product": "Longjing",
                "category": None,
                "quantity": 2.0,
                "amount": Decimal(100),
            }
        ],
    }
    word = {
        "event_id": f"{user}-word",
        "identity_id": identity,
        "occurred_at": NOW + timedelta(days=3),
        "name": "Survey Answered",
        "metric": "nps",
        "score": 2.0,
        "scale_min": 0.0,
        "scale_max": 10.0,
        "text": "等了两周 <script>",
        "language": "zh",
        "channel": "app",
        "place": OTHER_STORE,
    }
    inbox.accept(ws, inbox.make([order, word], NOW + timedelta(days=4)))
    hold(ws, identity, "name", name)
    return identity


def test_search_leads_to_the_person(app: FastAPI, ws: Workspace, lei: str) -> None:
    agent = sign(app, ws, "ana", Role.AGENT)
    assert not re.search(r"/people/[0-9a-f]{32}", agent.get("/people?q=nobody").text)
    found = agent.get("/people", params={"q": "lei"})
    assert f'href="/people/{lei}"' in found.text and "Li Lei" in found.text
    shown = agent.get(f"/people/{lei}")
    assert shown.status_code == 200 and shown.headers["cache-control"] == "no-store"
    for words in ("Li Lei", "¥100.00", "Longjing", "Nanjing Road", "of 0 to 10"):
        assert words in shown.text, words
    assert "等了两周 &lt;script&gt;" in shown.text
    assert agent.get("/people/" + "0" * 32).status_code == 404


@pytest.mark.parametrize(
    ("query", "events"),
    [
        ({}, ["lei-word", "lei-order"]),
        ({"kind": "order"}, ["lei-order"]),
        ({"kind": "feedback"}, ["lei-word"]),
        ({"channel": "store"}, ["lei-order"]),
        ({"words": "两周"}, ["lei-word"]),
        ({"since": "2026-10-06"}, ["lei-word"]),
        ({"until": "2026-10-06"}, ["lei-order"]),
        ({"words": "nothing like it"}, []),
        ({"since": "soon"}, ["lei-word", "lei-order"]),
    ],
)
def test_filters_narrow_the_line(
    app: FastAPI, ws: Workspace, lei: str, query: dict[str, str], events: list[str]
) -> None:
    manager = sign(app, ws, "wang", Role.MANAGER)
    shown = manager.get(f"/people/{lei}", params=query).text
    assert re.findall(r"<code>(lei-\w+)</code>", shown) == events
    told = manager.get(f"/people/{lei}", params={**query, "format": "csv"}).text
    assert [one for one in ("lei-word", "lei-order") if one in told] == events


def test_pages_of_a_long_line_follow_each_other(app: FastAPI, ws: Workspace, lei: str) -> None:
    views = [
        {
            "event_id": f"view-{number:03}",
            "identity_id": lei,
            "occurred_at": NOW - timedelta(hours=number // 3),
            "name": "Page Viewed",
        }
        for number in range(120)
    ]
    inbox.accept(ws, inbox.make(views, NOW))
    agent = sign(app, ws, "ana", Role.AGENT)
    address: str | None = f"/people/{lei}"
    seen: list[str] = []
    while address:
        shown = agent.get(address).text
        seen += re.findall(r"<code>([a-z]+-\w+)</code>", shown)
        link = re.search(r'rel="next" href="([^"]+)"', shown)
        address = link[1].replace("&amp;", "&") if link else None
    assert len(seen) == len(set(seen)) == 122


def test_merge_and_undo_by_page(app: FastAPI, ws: Workspace, lei: str) -> None:
    mei = customer(ws, "mei", "Han Mei")
    agent = sign(app, ws, "ana", Role.AGENT)
    refused = agent.post(f"/people/{lei}/merge", data={"other": "nobody", "reason": "x"})
    assert refused.status_code == 422 and "No customer found." in refused.text
    assert agent.post(f"/people/{lei}/merge", data={"other": "mei"}).status_code == 422
    done = agent.post(f"/people/{lei}/merge", data={"other": "mei", "reason": "one card"})
    assert done.headers["location"] == f"/people/{lei}?done=merged"
    (link,) = service.person(ws, mei).links
    assert "one card" in agent.get(f"/people/{mei}").text
    undone = agent.post(f"/people/{lei}/links/{link.link_id}/undo", data={"reason": "two sisters"})
    assert undone.status_code == 303
    assert service.person(ws, lei).identities == (lei,)
    assert "two sisters" in agent.get(f"/people/{lei}").text


def test_a_link_of_a_kind_that_we_have_no_words_for_is_shown_by_its_kind(
    app: FastAPI, ws: Workspace, lei: str
) -> None:
    mei = customer(ws, "mei", "Han Mei")
    with ws.database.transaction() as connection:
        linking.link(
            ws, connection, lei, mei, link_id="card", kind="loyalty_card", source="till", at=NOW
        )
    shown = sign(app, ws, "ana", Role.AGENT).get(f"/people/{lei}")
    assert shown.status_code == 200 and "<b>loyalty_card</b>" in shown.text


def test_staff_write_down_a_value_beside_the_sources(app: FastAPI, ws: Workspace, lei: str) -> None:
    agent = sign(app, ws, "ana", Role.AGENT)
    data = {"attribute": "name", "value": "Li Leilei"}
    assert agent.post(f"/people/{lei}/values", data=data).status_code == 303
    shown = agent.get(f"/people/{lei}").text
    assert "Li Leilei" in shown and "sources disagree" in shown
    agent.post(f"/people/{lei}/values", data={"attribute": "name", "value": ""})
    assert "sources disagree" not in agent.get(f"/people/{lei}").text
    assert agent.post(f"/people/{lei}/values", data={"attribute": "x"}).status_code == 422


def test_a_manager_of_one_store_sees_what_happened_there(
    app: FastAPI, ws: Workspace, lei: str
) -> None:
    manager = sign(app, ws, "wang", Role.MANAGER, [ONE_STORE])
    shown = manager.get(f"/people/{lei}").text
    assert "lei-order" in shown and "lei-word" not in shown
    assert "lei-word" not in manager.get(f"/people/{lei}/export.json").text
    assert manager.post(f"/people/{lei}/erase").status_code == 403
    assert manager.get(f"/api/v1/people/{lei}/events").json()["items"][0]["event_id"] == "lei-order"


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.ADMIN, (200, 200, 303)),
        (Role.MANAGER, (200, 200, 403)),
        (Role.AGENT, (200, 403, 403)),
        (Role.ANALYST, (403, 403, 403)),
    ],
)
def test_who_may_see_take_away_and_erase(
    app: FastAPI, ws: Workspace, lei: str, role: Role, statuses: tuple[int, int, int]
) -> None:
    browser = sign(app, ws, "someone", role)
    answers = (
        browser.get(f"/people/{lei}").status_code,
        browser.get(f"/people/{lei}/export.json").status_code,
        browser.post(f"/people/{lei}/erase").status_code,
    )
    assert answers == statuses
    if role is Role.ADMIN:
        assert browser.get(f"/people/{lei}").status_code == 404


def test_the_api_finds_tells_merges_and_erases(app: FastAPI, ws: Workspace, lei: str) -> None:
    mei = customer(ws, "mei", "Han Mei")
    admin = sign(app, ws, "boss", Role.ADMIN)
    base = "/api/v1/people"
    assert admin.get(base, params={"q": "li le"}).json()["items"][0]["person_id"] == lei
    told = admin.get(f"{base}/{lei}").json()
    assert told["summary"]["orders"] == 1 and told["profile"][0]["value"] == "Li Lei"
    first = admin.get(f"{base}/{lei}/events", params={"limit": 1}).json()
    assert [one["event_id"] for one in first["items"]] == ["lei-word"]
    rest = admin.get(f"{base}/{lei}/events", params={"after": first["next"]}).json()
    assert [one["event_id"] for one in rest["items"]] == ["lei-order"] and rest["next"] is None
    body = {"left": lei, "right": mei, "reason": "one card"}
    merged = admin.post(f"{base}/merges", json=body)
    assert merged.status_code == 201 and len(merged.json()["identities"]) == 2
    link = merged.json()["link_id"]
    assert admin.post(f"{base}/links/{link}/undo", json={"reason": "x"}).status_code == 200
    assert admin.delete(f"{base}/{mei}").json()["rows"]["inbox"] == 2
    assert admin.get(f"{base}/{mei}").status_code == 404


def test_page_and_api_tell_where_others_quote_who_was_erased(
    app: FastAPI, ws: Workspace, lei: str
) -> None:
    mei = customer(ws, "mei", "Han Mei")
    hold(ws, lei, "email", "lei@example.cn")
    hold(ws, mei, "email", "mei@example.cn")
    for number, text in enumerate(["ask lei@example.cn", "like mei@example.cn"]):
        quote = {"event_id": f"q{number}", "name": "Ticket Opened", "text": text}
        inbox.accept(ws, inbox.make([{**quote, "occurred_at": NOW}], NOW))
    admin = sign(app, ws, "boss", Role.ADMIN)
    page = admin.post(f"/people/{lei}/erase", headers={"Accept-Language": "zh-CN"})
    assert page.status_code == 200 and "其他人的 1 个事件的留言提到他们" in page.text
    assert "q0" in page.text and "q1" not in page.text
    quoted = admin.delete(f"/api/v1/people/{mei}").json()["quoted"]
    assert quoted["count"] == 1
    assert (quoted["events"][0]["event_id"], quoted["events"][0]["kinds"]) == ("q1", ["email"])


def test_the_log_says_in_chinese_from_where_a_customer_was_erased(
    app: FastAPI, ws: Workspace, lei: str
) -> None:
    admin = sign(app, ws, "boss", Role.ADMIN)
    assert admin.delete(f"/api/v1/people/{lei}").status_code == 200
    told = admin.get("/audit", headers={"Accept-Language": "zh-CN"}).text
    for words in ("待入库事件 2", "客户资料 1", "导入时被拒绝的行 0", "为重复请求保留的回答 0"):
        assert words in told, words
    assert "answers kept" not in told and "import_rejects" not in told


def test_a_search_with_many_hits_comes_by_pages(app: FastAPI, ws: Workspace) -> None:
    wangs = [identity_id(ws, "user", f"wang-{n}") for n in range(57)]
    for n, identity in enumerate(wangs):
        hold(ws, identity, "name", f"王小{n:02}")
    hold(ws, identity_id(ws, "user", "other"), "name", "李雷")
    with ws.database.transaction() as connection:
        linking.link(
            ws, connection, wangs[3], wangs[55], link_id="l", kind="alias", source="shop", at=NOW
        )
    admin = sign(app, ws, "boss", Role.ADMIN)
    seen: list[str] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after:
        query = {"q": "王", "limit": 20, **({"after": after} if after else {})}
        answer = admin.get("/api/v1/people", params=query).json()
        seen += [one["person_id"] for one in answer["items"]]
        after, pages = answer["next"], pages + 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 56  # two of the 57 are one person
    assert admin.get("/api/v1/people", params={"q": "王", "after": "x"}).status_code == 404
    first = admin.get("/people", params={"q": "王"}).text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert len(PERSON.findall(first)) == 50 and link is not None
    rest = admin.get(html.unescape(link[1])).text
    assert len(PERSON.findall(rest)) == 6 and 'rel="next"' not in rest


def test_the_page_speaks_chinese(app: FastAPI, ws: Workspace, lei: str) -> None:
    agent = sign(app, ws, "ana", Role.AGENT)
    shown = agent.get(f"/people/{lei}", headers={"Accept-Language": "zh-CN"}).text
    for words in ("完成下单", "南京路店", "时间线", "身份", "合并"):
        assert words in shown, words
