"""What the API answers over three companies stays the same to the ninth digit.

Each address stands in a file beside this one with a hash of the numbers in each field of its
answer. It takes six minutes and is run by hand (`--heavy`). Who changes a number on purpose records
the files anew (`RECORD_DIGITS=1`) and says so; `SHOW_DIGITS=FOLDER` writes whole answers, so that
two states can be laid side by side.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web, init_workspace
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.simulate.demo import service as demo
from regulars.simulate.demo.company import set_targets, set_up
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.timeline.workspace import Workspace

Hashes = dict[str, dict[str, str] | str]
HERE = Path(__file__).parent
VOLATILE = frozenset({"computed_at", "watermark", "seconds", "id", "since", "run_id"})
"""Fields that tell when and by what run something was computed, and not what it came to."""
ELSEWHERE = (
    *("adoption", "audit", "imports", "jobs", "keys", "me", "people", "receipts", "recipes"),
    *("sources", "staff", "places", "statuses", "nobody"),
)
"""What is no question about customers."""
DIGITS, LEARNT_DIGITS = 9, 4
LEARNT = ("early-warning", "lifetime-value", "needs", "clv_amount", "targets")
"""What a search for the best fit finds: its last digits follow the order in which threads add."""


@dataclass(frozen=True)
class Company:
    """A company's name, the moment it is looked at, how it comes about, and its options."""

    name: str
    now: datetime
    fill: Callable[[Workspace, Path, datetime], None]
    options: Mapping[str, str]
    real: bool = True


def simulated(ws: Workspace, _data: Path, now: datetime) -> None:
    """Let 600 simulated customers live in the demo's company."""
    set_up(ws, "lantern house", "en", now)
    for part in parts(Plan(600, now), ws):
        demo.take_in(ws, part, names=7)
    set_targets(ws, now)


def imported(recipe: str, ws: Workspace, data: Path, now: datetime) -> None:
    """Import a real data set by the recipe of its name."""
    imports.import_files(ws, [data / recipe], recipe, now=now)


COMPANIES = [
    Company("demo", datetime(2026, 11, 20, 3, tzinfo=UTC), simulated,
            {"period": "2026-09", "place": "sh-xuhui", "channel": "app", "by": "channel"},
            real=False),
    Company("cdnow", datetime(1998, 7, 1, 3, tzinfo=UTC), partial(imported, "cdnow"),
            {"period": "1998-05"}),
    Company("sfo-survey", datetime(2018, 1, 15, 3, tzinfo=UTC), partial(imported, "sfo-survey"),
            {"period": "2017-05", "by": "place"}),
]  # fmt: skip


@pytest.fixture(params=COMPANIES, ids=lambda company: company.name)
def company(request: pytest.FixtureRequest) -> Company:
    """One of the three companies."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def api(
    company: Company,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestClient]:
    """A program that may ask everything of a refreshed workspace, at the company's moment.

    The workspace's secret is always the same, for ties are split by it.
    """
    data = request.getfixturevalue("real_data") if company.real else tmp_path
    monkeypatch.setattr(clock, "now", lambda: company.now)
    with monkeypatch.context() as patched:
        patched.setattr(secrets, "token_hex", lambda size=32: "5a" * size)
        ws = init_workspace(tmp_path / "company", demo.settings("en"))
    company.fill(ws, data, company.now)
    refresh.run(ws, reason="test", clock=clock.now)
    _key, secret = keys.add_api_key(
        ws, SHELL, name="digits", role=Role.ADMIN, places=None, now=company.now
    )
    with TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client
    ws.close()


@pytest.mark.heavy
@pytest.mark.data
def test_no_number_has_changed(company: Company, api: TestClient) -> None:
    file = HERE / f"{company.name}.json"
    if os.environ.get("RECORD_DIGITS"):
        asked = {address: hashes(api, address) for address in addresses(api, company)}
        file.write_text(json.dumps(asked, indent=1, sort_keys=True) + "\n", "utf-8")
    recorded: Hashes = json.loads(file.read_text("utf-8"))
    answers = {address: hashes(api, address) for address in recorded}
    assert len(answers) > 40
    assert changed(recorded, answers) == {}


def changed(recorded: Hashes, answers: Hashes) -> Hashes:
    """Return of each address the fields that are others now; an answer may gain fields."""
    found: Hashes = {}
    for address, before in recorded.items():
        now = answers[address]
        if isinstance(now, str) or isinstance(before, str):
            moved: dict[str, str] | str = now if now != before else {}
        else:
            moved = {name: now.get(name, "") for name in before if now.get(name) != before[name]}
        if moved:
            found[address] = moved
    return found


def addresses(api: TestClient, company: Company) -> Iterator[str]:
    """Yield each question of the API about customers: plain, and with each option it has."""
    described = api.get("/api/v1/openapi.json").json()
    for path, verbs in sorted(described["paths"].items()):
        if "get" not in verbs or path.split("/")[3] in ELSEWHERE:
            continue
        for filled in filled_in(api, path):
            names = [one["name"] for one in verbs["get"].get("parameters", [])]
            needed = {"step": ["product_page", "order"]} if "step" in names else {}
            chosen: list[dict[str, str]] = [{}] + [{name: company.options[name]} for name in names
                             if name in company.options]  # fmt: skip
            for options in chosen:
                query = urlencode({**needed, **options}, doseq=True)
                yield f"{filled}?{query}" if query else filled


def filled_in(api: TestClient, path: str) -> list[str]:
    """Return the addresses of a path: one of each metric, or of the first of a list."""
    if "{" not in path:
        return [path]
    before, _brace, rest = path.partition("{")
    after = rest.partition("}")[2]
    listed = api.get(before.rstrip("/")).json()
    items = listed if isinstance(listed, list) else next(
        (value for value in listed.values() if isinstance(value, list)), [])  # fmt: skip
    keyed = [one["key"] for one in items if isinstance(one, dict) and "key" in one]
    return [f"{before}{key}{after}" for key in keyed]


def hashes(api: TestClient, address: str) -> dict[str, str] | str:
    """Return the hash of each field of an answer, or why there is none."""
    answer = api.get(address)
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.json()['code']}"
    if "json" not in answer.headers["content-type"]:
        return {"": answer.headers["content-type"]}
    body = answer.json()
    digits = LEARNT_DIGITS if any(word in address for word in LEARNT) else DIGITS
    if folder := os.environ.get("SHOW_DIGITS"):
        shown = Path(folder) / (address.replace("/", "_") + ".json")
        shown.write_text(json.dumps(rounded(body, digits), indent=1, ensure_ascii=False), "utf-8")
    if isinstance(body, list):  # whose order may be that of ids made at random
        return {"": hashed(sorted(hashed(rounded(one, digits)) for one in body))}
    return {
        name: hashed(rounded(value, digits)) for name, value in body.items() if name not in VOLATILE
    }


def rounded(value: Any, digits: int) -> Any:
    """Return a value with its numbers cut to so many digits, without words and what tells of a run.

    The sign of nothing, and the order in which threads add, are no part of a number.
    """
    if isinstance(value, str):
        return ""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") + 0.0 if math.isfinite(value) else str(value)
    if isinstance(value, list):
        return [rounded(one, digits) for one in value]
    if isinstance(value, dict):
        return {name: rounded(one, digits) for name, one in value.items() if name not in VOLATILE}
    return value


def hashed(value: Any) -> str:
    """Return twelve digits that stand for a value."""
    words = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(words.encode(), digest_size=6).hexdigest()
