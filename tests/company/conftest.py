"""The company floor's cast: a store (no lake is needed), its clock, and who works there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from regulars.app import load_tables
from regulars.company.audit import commands as audit
from regulars.company.keys.resource import RESOURCE as KEYS
from regulars.company.places import commands as places
from regulars.company.places.resource import VERSIONS
from regulars.company.resources import terminal
from regulars.company.staff import commands as staff
from regulars.company.staff.resource import RESOURCE as STAFF
from regulars.store.settings import Settings
from regulars.store.workspace import Store
from tests.conftest import copy_empty

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A workspace folder with its tables."""
    load_tables()
    folder = tmp_path / "company"
    opened = Store(folder, copy_empty(request, folder, Settings()))
    yield opened
    opened.close()


@pytest.fixture
def noon() -> datetime:
    """The moment at which these stories begin."""
    return NOON


@pytest.fixture
def cli(store: Store) -> typer.Typer:
    """The company floor's commands, on one store."""
    app = typer.Typer()
    for noun in (staff, places, audit):
        noun.register(app, lambda _folder: store)
    for resource in (STAFF, KEYS, VERSIONS):
        terminal.add(app, lambda _folder: store, resource)
    return app
