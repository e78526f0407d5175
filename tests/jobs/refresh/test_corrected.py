"""Findings that refreshes have corrected day by day are those of one that begins from nothing."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from regulars.app import init_workspace, open_workspace
from regulars.jobs.refresh import service as refresh
from regulars.jobs.refresh.steps import steps
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.memo import Memo
from regulars.simulate.demo.company import set_up
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.store.settings import EngineSettings, Settings
from regulars.timeline import duck, erasure, inbox, linking, people
from regulars.timeline.engine import standing
from regulars.timeline.engine.pinned import Pinned
from regulars.timeline.loading import load
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.options import Options
from regulars.understand.audiences import assembling, customers
from regulars.understand.churn import service as churn
from regulars.understand.complaints import service as complaints
from regulars.understand.complaints.model import Problem, ProblemParameters
from regulars.understand.findings import service as findings
from regulars.understand.health import service as health
from regulars.understand.journeys import service as journeys
from regulars.understand.scope.model import EventFilter
from regulars.understand.words import service as words
from regulars.understand.words.service import WordsParameters
from tests.conftest import SHANGHAI

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 16, 3, tzinfo=UTC)
STEPS = ("lake", "health", "journey", "overview", "lifetime_value", "early_warning", "needs",
         "levels", "comments", "words", "complaints", "audiences")  # fmt: skip
SEEN = {"journey", "health", "overview", "complaints", "levels", "level_references", "words",
        "customer_table", "early_warning"}  # fmt: skip


Earlier = tuple[Path, pa.Table, list[dict[str, Any]]]


class Story:
    """A company whose last days come one by one; some events name nobody, come late or early."""

    def __init__(self, folder: Path, events: pa.Table, links: list[dict[str, Any]]) -> None:
        self.ws = open_workspace(folder)
        self._events, self._links = events, links

    def send(self, day: int) -> pa.Table:
        sent = self._between(MONDAY + (day - 1) * DAY, MONDAY + day * DAY).combine_chunks()
        assert inbox.accept(self.ws, sent, now=MONDAY + day * DAY).accepted
        return sent

    def send_in_a_new_month(self, first: datetime) -> None:
        """Send an event of its last hour, so that usual periods end on this day."""
        sent = self._events.slice(0, 1).to_pylist()[0]
        at = dict.fromkeys(("occurred_at", "received_at", "known_at"), first - DAY / 24)
        later = pa.Table.from_pylist([sent | at | {"event_id": "later"}], self._events.schema)
        assert inbox.accept(self.ws, later, now=first).accepted

    def link(self) -> None:
        """Make the links that were not made at first."""
        with self.ws.database.transaction() as connection:
            linking.link_many(self.ws, connection, self._links[-3:])

    def _between(self, start: datetime, end: datetime) -> pa.Table:
        at = self._events.column("received_at")
        first, after = (pa.scalar(one, at.type) for one in (start, end))
        return self._events.filter(pc.and_(pc.greater_equal(at, first), pc.less(at, after)))


def before(events: pa.Table, end: datetime) -> pa.Table:
    """Return the events that came before a moment."""
    at = events.column("received_at")
    return events.filter(pc.less(at, pa.scalar(end, at.type)))


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Earlier:
    """The company as it was before, made once, and all that is to happen in it."""
    folder = tmp_path_factory.mktemp("earlier") / "company"
    settings = Settings(workspace=SHANGHAI, engine=EngineSettings(memory="1GB"))
    ws = init_workspace(folder, settings)
    (part,) = parts(Plan(300, MONDAY + 4 * DAY, richness=0.6), ws)
    events, links = odd(part.events), part.links
    connection = duck.connect(ws, share=0.5)
    connection.register("earlier", before(events, MONDAY))
    load(ws, connection, "earlier", "earlier")
    connection.close()
    with ws.database.transaction() as transaction:
        linking.link_many(ws, transaction, links[:-3])
    ws.close()
    return folder, events, links


def odd(events: pa.Table) -> pa.Table:
    """Let some events name nobody, be seen two days late, or tell of a day to come."""
    dice = np.random.default_rng(3)

    def moved(name: str, rows: pa.Array, days: int) -> pa.Array:
        told = events.column(name).combine_chunks()
        return pc.if_else(rows, pc.add(told, pa.scalar(days * DAY)).cast(told.type), told)

    nobody, late, early = (
        pa.array(dice.random(len(events)) < share) for share in (0.04, 0.03, 0.3)
    )
    lately = pc.greater(events.column("occurred_at"), pa.scalar(MONDAY - DAY)).combine_chunks()
    changes = {
        "identity_id": pc.if_else(nobody, None, events.column("identity_id").combine_chunks()),
        "known_at": moved("known_at", late, 2),
        "occurred_at": moved("occurred_at", pc.and_(early, lately), 9),
    }
    for name, column in changes.items():
        place = events.schema.get_field_index(name)
        events = events.set_column(place, events.schema.field(place), column)
    return events


def refreshed(ws: Workspace, now: datetime) -> None:
    try:
        for step in steps():
            if step.key in STEPS:
                step.run(ws, now, lambda _share: None)
        words.answered(ws, WordsParameters(), now=now)
    finally:
        ws.engine.unpin()


@pytest.fixture
def corrections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each sum that is corrected."""
    noted: list[str] = []
    real = standing.summed

    def summed(*args: Any) -> pa.Table:
        noted.append("summed")
        return real(*args)

    monkeypatch.setattr(standing, "summed", summed)
    return noted


@pytest.fixture
def story(tmp_path: Path, earlier: Earlier) -> Iterator[Story]:
    folder, *happens = earlier
    shutil.copytree(folder, tmp_path / "company")
    made = Story(tmp_path / "company", *happens)
    yield made
    made.ws.close()


def test_corrected_findings_are_those_computed_from_nothing(
    story: Story, tmp_path: Path, corrections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first day somebody is erased, the last some are linked; a copy forgets what was kept.

    Early warning is learnt weekly: in between only who acted is rated anew, so those are compared.
    """
    ws, now = story.ws, MONDAY + 3 * DAY
    refreshed(ws, MONDAY)
    somebody = story.send(1).column("identity_id").drop_null()[0].as_py()
    erasure.erase(ws, people.identities_of(ws, somebody), by="t", now=MONDAY + DAY)
    refreshed(ws, MONDAY + DAY)
    assert not corrections
    story.send(2)
    refreshed(ws, MONDAY + 2 * DAY)
    acted = story.send(3).column("identity_id").drop_null().to_pylist()
    story.link()
    shutil.copytree(ws.folder, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / standing.FOLDER)
    corrections.clear()
    refreshed(ws, now)
    assert len(corrections) > 10
    corrections.clear()
    monkeypatch.setattr(journeys, "_sequences", Memo(1_000))
    copy = open_workspace(tmp_path / "copy")
    refreshed(copy, now)
    assert not corrections
    corrected, anew = told(ws, now), told(copy, now)
    rated = {people.person_of(ws, one) for one in acted} & set(corrected["early_warning"])
    copy.close()
    assert set(corrected) == SEEN and all(corrected.values()) and rated
    for found in (corrected, anew):
        found["early_warning"] = {one: found["early_warning"][one] for one in rated}
    assert list(differing(corrected, anew)) == []


def test_on_the_first_of_a_month_few_are_made_anew(
    story: Story, tmp_path: Path, corrections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window of twelve months moves on, and what is kept by person or by day serves it."""
    ws, first = story.ws, datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert problems_and_health(ws, MONDAY)["health"]["start"] == "2025-11-30T16:00:00Z"
    story.send_in_a_new_month(first)
    shutil.copytree(ws.folder, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / standing.FOLDER)
    amended = standing.amended

    def noting(*args: Any) -> Any:
        corrections.append("amended")
        return amended(*args)

    monkeypatch.setattr(standing, "amended", noting)
    corrected = problems_and_health(ws, first)
    # Passages of three problems, complaints, and three processes beside the scores of health.
    assert corrections.count("amended") >= 13 and corrections.count("summed") == 7
    corrections.clear()
    copy = open_workspace(tmp_path / "copy")
    anew = problems_and_health(copy, first)
    copy.close()
    assert not corrections
    assert corrected["health"]["start"] == "2025-12-31T16:00:00Z"
    assert corrected["health"]["trend"] and corrected["return"]["before"]
    assert list(differing(corrected, anew)) == []


def test_a_new_week_and_month_exchange_columns_of_the_customer_table(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes with weeks and months is put into everybody's row; the others stay as they were."""
    ws, first = story.ws, datetime(2026, 12, 1, 3, tzinfo=UTC)
    exchanged: list[list[str]] = []
    real = assembling.exchanged

    def noting(*args: Any) -> pa.Table:
        exchanged.append(sorted(args[-1]))
        return real(*args)

    monkeypatch.setattr(assembling, "exchanged", noting)
    every_customer(ws, MONDAY)
    story.send(1)
    every_customer(ws, MONDAY + DAY)
    assert exchanged == []
    story.send_in_a_new_month(first)
    shutil.copytree(ws.folder, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / standing.FOLDER)
    corrected = every_customer(ws, first)
    assert exchanged == [sorted(assembling.PARTS)]
    copy = open_workspace(tmp_path / "copy")
    anew = every_customer(copy, first)
    copy.close()
    assert len(exchanged) == 1
    assert list(differing(corrected, anew)) == []
    assert every_customer(ws, first + DAY / 24) == corrected


def every_customer(ws: Workspace, now: datetime) -> dict[str, Any]:
    """Return everybody's row as a refresh leaves it."""
    try:
        steps()[0].run(ws, now, lambda _share: None)
        customers.answered(ws, None, now=now)
    finally:
        ws.engine.unpin()
    with customers.opened(ws, None) as (table, run):
        return by_person(run(table.drop("churn_chance")))


def problems_and_health(ws: Workspace, now: datetime) -> dict[str, Any]:
    """Return what a refresh finds of health and of each kind of problem."""
    try:
        steps()[0].run(ws, now, lambda _share: None)
        found: dict[str, Any] = {"health": health.answered(ws, EventFilter(), now=now).payload}
        for problem in Problem:
            asked = ProblemParameters(problem=problem, days=90)
            found[str(problem)] = complaints.answered(ws, asked, now=now).payload
    finally:
        ws.engine.unpin()
    return json.loads(msgspec.json.encode(found))


def test_one_key_names_one_question(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked, and whenever: what is kept under one key is the answer to one query."""
    ws, queries = story.ws, defaultdict[str, set[str]](set)
    compiled = Pinned._work

    def noting(held: Any, key: Any, build: Any, as_of: Any, timeless: bool) -> Any:
        work = compiled(held, key, build, as_of, timeless)
        queries[held._text((key, held._settled(as_of)))].add(written(held, work.args[0]))
        return work

    monkeypatch.setattr(Pinned, "_work", noting)
    set_up(ws, "lantern house", "en", MONDAY)
    somewhere = {"place": "sh-xuhui", "period": "all"}
    for day, chosen in enumerate([{}, {"period": "2026-09"}, somewhere, {"channel": "app"}]):
        if day:
            story.send(day)
        now = MONDAY + day * DAY
        refreshed(ws, now)
        ws.engine.pin(now)
        for analysis in analyses.every():
            values = {one.name: chosen.get(one.name, one.default) for one in analysis.options}
            with suppress(RegularsError):
                analyses.answered(ws, analysis, Options(values), now=now)
        ws.engine.unpin()
    assert len(queries) > 100
    assert [key for key, texts in queries.items() if len(texts) > 1] == []


def written(held: Any, question: Any) -> str:
    """Return a query's SQL as it is for all days: without the moving end, names of tables alike."""
    text: str = question.text
    for number, node in enumerate(question.expression.op().find(ops.InMemoryTable)):
        rows = node.data.to_pyarrow(node.schema).to_pylist()
        text = text.replace(node.name, f"given_{number} {rows}")
    end = held._session("whole").compile(ibis.literal(held.end).name("x").as_table())
    text = text.replace(end.removeprefix("SELECT ").rsplit(" AS ", 1)[0], "THE_END")
    return re.sub(r"EXCLUDE \(([^)]*)\)", lambda found: str(sorted(found[1].split(", "))), text)


def test_a_refresh_reads_no_clock_but_the_one_it_is_given(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose date is far from that of the data dates nothing into the future.

    Leases and the log of the lake alone live in the machine's time.
    """
    machine, readers = clock.now, Counter[str]()

    def far_ahead() -> datetime:
        caller = sys._getframe(1).f_globals["__name__"]
        readers[caller] += 1
        return machine() + 900 * DAY

    monkeypatch.setattr(clock, "now", far_ahead)
    for day in range(2):
        if day:
            story.send(day)
        run = refresh.run(story.ws, reason="command", clock=lambda: MONDAY + day * DAY)  # noqa: B023
        assert not [step.error for step in run.steps if step.error]
    assert set(readers) == {f"regulars.timeline.{name}" for name in ("lake", "lease", "memory")}
    assert max(one.as_of for one in findings.every(story.ws)) == MONDAY + DAY


def told(ws: Workspace, now: datetime) -> dict[str, Any]:
    """Return by kind what is told as of now; of customers and of early warning, everybody's row."""
    found: dict[str, Any] = {key: {} for key in SEEN}
    for one in findings.every(ws):
        if one.as_of == now and one.key in SEEN:
            found[one.key][str(one.slice)] = msgspec.to_builtins(one.payload)
    warned = churn.answered(ws, None, now=now).payload
    found["early_warning"] = by_person(churn.customers(ws, None, warned, now=now))
    with customers.opened(ws, None) as (table, run):
        found["customer_table"] = by_person(run(table.drop("churn_chance")))
    return found


def differing(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two answers differ by more than the last digits of their fractions."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differing(one[key], other[key], f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from differing(*pair, f"{at}[{place}]")
    elif one != other and not (isinstance(one, float) and other == pytest.approx(one, rel=1e-9)):
        yield at, one, other


def by_person(table: pa.Table) -> dict[str, Any]:
    return {row["person_id"]: row for row in table.to_pylist()}
