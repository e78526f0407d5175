"""A workspace of the release before opens with its documents, history, alerts and results.

`data/release_before.tar.gz` was made by the release in which no analysis was declared yet: 120
simulated customers, every document in several versions, an alert, targets, and all that a refresh
keeps. `data/release_before.json` is what that release told of it.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from regulars.act.alerts import service as alerts
from regulars.app import build_web, open_workspace
from regulars.company.audit import service as audit
from regulars.company.documents import service as documents
from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.rights.model import SHELL, Role
from regulars.company.staff import service as staff
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.kit.period import ALL_TIME
from regulars.listen.catalog import service as catalog
from regulars.prove.targets import service as targets
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.audiences import service as audiences
from regulars.understand.findings import service as findings
from regulars.understand.levels import service as levels
from regulars.understand.maturity import service as maturity
from regulars.understand.metrics import service as metrics
from regulars.understand.radar import service as radar
from regulars.understand.value_groups import service as value_groups
from regulars.understand.words import editing

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TOLD: dict[str, Any] = json.loads((DATA / "release_before.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The stored workspace, opened and thereby brought to the present release."""
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(DATA / "release_before.tar.gz") as stored:
        stored.extractall(folder, filter="data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        ws = open_workspace(folder / "workspace")
        yield ws
        ws.close()


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value, enc_hook=str))


def test_documents_have_all_their_versions(old: Workspace) -> None:
    """The catalog is restored from its first version; weights, lexicon and radar are changed."""
    (audience,) = audiences.every(old)
    found = {
        "catalog": [
            [one.number, one.made_at, one.made_by, one.reason, digest(one.document)]
            for one in catalog.versions(old)
        ],
        "levels": [[rules.number, at, by] for rules, at, by in levels.versions(old)],
        "value_groups": [
            [one.number, at, by, [one.spend, one.frequency, one.depth, one.days]]
            for one, at, by in value_groups.rules_history(old)
        ],
        "lexicon": [[one.number, one.at, one.by] for one in editing.history(old, "en")],
        "radar": [[one.number, one.reason] for one in radar.versions(old)],
        "places": [[one.number, one.by, one.verb, one.subject] for one in places.versions(old)],
        "audiences": [
            [one.number, one.name, one.where, one.note]
            for one in audiences.versions(old, audience.key)
        ],
        "maturity": [
            [one.number, one.made_by, one.note, one.grades] for one in maturity.history(old)
        ],
    }
    assert plain(found) == TOLD["documents"]
    assert "crisp" in editing.current(old)["en"].good
    assert catalog.current(old).version == 3


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def test_an_earlier_version_is_compared_and_put_back(old: Workspace) -> None:
    changes = documents.changes(old, catalog.DOCUMENT, 2)
    assert [line for line in changes if line.startswith("+")] == ["+# as agreed"]
    catalog.restore(old, 2, SHELL, now=NOW)
    assert (catalog.current(old).version, catalog.versions(old)[0].reason) == (
        4, "restored version 2",
    )  # fmt: skip


def test_the_alert_its_rules_targets_and_staff_are_there(old: Workspace) -> None:
    found = alerts.listed(old, None, "open", now=NOW)
    told = [
        [one.id, one.rule, one.metric, one.slice, one.value, str(one.state), one.owner_name]
        for one in found
    ]
    assert told == TOLD["alerts"]
    rules = [[one.id, one.metric, one.by, str(one.grain), one.active] for one in alerts.rules(old)]
    assert sorted(rules) == TOLD["rules"]
    promised = [
        [one.id, one.metric, one.value, one.baseline and one.baseline.value]
        for one in targets.every(old)
    ]
    assert sorted(promised, key=lambda row: row[0]) == TOLD["targets"]
    people = [[one.login, one.name, str(one.role)] for one in staff.everyone(old)]
    assert "catalog.saved" in audit.actions(old)
    assert sorted(people) == TOLD["staff"]


BY_CUSTOMER = {
    "average_order_value": [494.4699541, 1015.249367],
    "csat_satisfied_share": [40.24653003, 85.58817197],
    "nps": [-15.48667473, 38.88290114],
    "orders": [52.95855827, 98.12953564],
    "revenue": [30183.3245, 83256.83525],
}
"""The intervals that are wider since customers' rows are taken together (docs/adr/0025)."""


def test_metrics_tell_what_they_told(old: Workspace) -> None:
    for key, rows in TOLD["metrics"].items():
        found = metrics.measure(old, key, period=ALL_TIME)
        told = [[one.n, one.value, one.low, one.high, str(one.unit)] for one in found]
        same = [[n, value, *BY_CUSTOMER.get(key, range_), unit] for n, value, *range_, unit in rows]
        assert told == same, key


def test_results_that_were_kept_are_kept(old: Workspace) -> None:
    assert {one.key for one in findings.every(old)} >= set(TOLD["findings"])


def test_a_refresh_begins_anew_and_every_page_opens(old: Workspace) -> None:
    """What the release before kept of sums is not corrected by this one's questions."""
    run = refresh.run(old, reason="command", clock=lambda: NOW)
    assert [(step.key, step.error) for step in run.steps if step.error] == []
    _key, secret = keys.add_api_key(old, SHELL, name="k", role=Role.ADMIN, places=None, now=NOW)
    client = TestClient(build_web(old))
    client.headers["Authorization"] = f"Bearer {secret}"
    pages = [*(one.path for one in analyses.every()), "/", "/alerts", "/catalog"]
    assert {path: client.get(path).status_code for path in pages} == dict.fromkeys(pages, 200)
