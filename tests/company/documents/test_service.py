"""A list of greetings that people edit: version 0 ships, every later one is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.documents import service
from regulars.company.documents.model import Versioned
from regulars.company.documents.tables import document_versions
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.store import upgrade
from regulars.store.database import Database
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import weighting
from regulars.understand.value_groups.model import Rules

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)


def greetings(text: str, number: int) -> tuple[int, list[str]]:
    """Read one greeting a line; an empty one is wrong."""
    lines = text.splitlines()
    if "" in lines:
        raise Invalid("greetings.empty", Text("A line is empty.", "有空行。"))
    return number, lines


GREETINGS = Versioned(
    "greetings", "greetings", "greetings.saved", lambda: "hello", greetings, reasoned=True
)


def save(ws: Workspace, text: str, **more: object) -> tuple[int, list[str]]:
    asked = {"reason": "warmer", **more}
    return service.save(ws, GREETINGS, text, SHELL, now=NOW, **asked)  # type: ignore[arg-type]


def test_without_a_version_of_its_own_the_shipped_one_is_in_force(any_ws: Workspace) -> None:
    assert service.current(any_ws, GREETINGS) == (0, ["hello"])
    assert service.versions(any_ws, GREETINGS) == []
    assert save(any_ws, "hello\nwelcome") == (1, ["hello", "welcome"])
    assert service.current(any_ws, GREETINGS) == (1, ["hello", "welcome"])
    assert service.text(any_ws, GREETINGS, 0) == "hello"
    made = service.versions(any_ws, GREETINGS)[0]
    assert (made.number, made.made_at, made.reason) == (1, NOW, "warmer")


def test_a_wrong_document_or_one_without_a_reason_is_refused_and_nothing_kept(
    ws: Workspace,
) -> None:
    with pytest.raises(Invalid, match=r"greetings\.empty"):
        save(ws, "hello\n\nwelcome")
    with pytest.raises(Invalid, match=r"greetings\.reason"):
        save(ws, "welcome", reason="  ")
    assert service.versions(ws, GREETINGS) == []


def test_who_began_with_an_older_version_is_told_that_another_was_saved(ws: Workspace) -> None:
    save(ws, "welcome", based_on=0)
    with pytest.raises(Conflict, match=r"greetings\.moved_on"):
        save(ws, "good day", based_on=0)
    assert save(ws, "good day", based_on=1)[0] == 2


def test_a_version_is_compared_with_the_one_before_and_restored(ws: Workspace) -> None:
    save(ws, "hello\nwelcome")
    save(ws, "good day\nwelcome")
    assert service.changes(ws, GREETINGS, 2)[1:] == ["-hello", "+good day", " welcome"]
    assert service.restore(ws, GREETINGS, 0, SHELL, now=NOW) == (3, ["hello"])
    assert service.versions(ws, GREETINGS)[0].reason == "restored version 0"
    with pytest.raises(NotFound):
        service.restore(ws, GREETINGS, 9, SHELL, now=NOW)
    entries = list(audit.every(ws, Search(action="greetings.saved")))
    assert [one.subject for one in entries] == ["version 3", "version 2", "version 1"]


EARLIER = {
    "catalog_version": "(1, :at, 'Ana', 'a shop', 'title')",
    "radar_mappings": "(1, :at, 'Ana', 'ours', 'mapping')",
    "word_lexicons": "(2, 'zh', :at, 'Ben', 'phrases')",
    "level_rules": "(1, :at, 'Ben', '{\"memory\": 12}')",
    "value_group_rules": "(3, :at, 'Ana', 0.5, 0.25, 0.25, 180)",
}


def test_documents_of_the_release_before_come_along(ws: Workspace, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.transaction() as connection:
        upgrade.run(connection, "0011")
        for table, row in EARLIER.items():
            at = {"at": "2026-10-05 04:00:00.000000"}
            connection.execute(sa.text(f"INSERT INTO {table} VALUES {row}"), at)
        upgrade.run(connection)
        found = connection.execute(sa.select(document_versions).order_by("kind")).all()
    told = {row.kind: (row.number, row.made_by, row.document) for row in found}
    weights = told.pop("value_groups")
    assert told == {
        "catalog": (1, "Ana", "title"),
        "radar": (1, "Ana", "mapping"),
        "lexicon.zh": (2, "Ben", "phrases"),
        "levels": (1, "Ben", '{"memory": 12}'),
    }
    assert {row.made_at for row in found} == {datetime(2026, 10, 5, 4, tzinfo=UTC)}
    assert weighting.checked(json.loads(weights[2]), 3) == Rules(0.5, 0.25, 0.25, 180, 3)
    database.close()
