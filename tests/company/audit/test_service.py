"""The audit log: what is written, found, paged and exported."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from regulars.company.audit import service
from regulars.company.audit.model import HIDDEN, Entry, Search, csv_row, without_secrets
from regulars.company.audit.tables import audit_entries
from regulars.company.rights.model import SHELL, Principal, Role
from regulars.kit import clock
from regulars.kit.period import Period
from regulars.store.workspace import Store

MEI = Principal("staff", "1", "Mei", Role.ADMIN)


def note(
    store: Store, action: str, subject: str, who: Principal = SHELL, **details: object
) -> None:
    with store.database.transaction() as connection:
        service.record(store, connection, who, action, subject, **details)


def test_every_word_must_be_somewhere(store: Store) -> None:
    note(store, "place.moved", "sh-01", MEI, parent="华东")
    note(store, "place.moved", "bj-01", MEI, parent="100% north")
    note(store, "key.added", "shop")

    def found(words: str) -> list[str]:
        return [entry.subject for entry in service.find(store, Search(words=words))]

    assert found("") == ["shop", "bj-01", "sh-01"]
    assert found("MEI moved") == ["bj-01", "sh-01"]
    assert found("华东") == ["sh-01"]
    assert found("100%") == ["bj-01"]
    assert found("_") == []
    assert [e.subject for e in service.find(store, Search(action="key.added"))] == ["shop"]
    assert [e.subject for e in service.find(store, Search(caller_id="1"))] == ["bj-01", "sh-01"]


def test_a_period_is_half_open(store: Store) -> None:
    before = clock.now()
    note(store, "a.b", "c")
    at = service.find(store, Search())[0].at
    assert before <= at
    assert len(service.find(store, Search(period=Period(at, None)))) == 1
    assert service.find(store, Search(period=Period(None, at))) == []


def test_pages_hold_every_entry_once(store: Store) -> None:
    for number in range(25):
        note(store, "a.b", str(number))
    paged: list[str] = []
    before = None
    while page := service.find(store, Search(), before=before, limit=10):
        paged += [entry.subject for entry in page]
        before = page[-1].id
    assert paged == [str(number) for number in reversed(range(25))]
    assert [entry.subject for entry in service.every(store, Search())] == paged


def test_what_rolls_back_was_not_done(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.database.transaction() as connection:
        service.record(store, connection, SHELL, "a.b", "c")
        raise ZeroDivisionError
    assert service.find(store, Search()) == []


def test_values_that_name_a_secret_are_hidden_at_any_depth() -> None:
    told = {
        "password": "x", "new_password": "x", "api_token": "x", "language_code": "x", "name": "x",
        "rows": [{"secret": "x", "n": 1}], "postcodes": [1],
    }  # fmt: skip
    assert without_secrets(told) == {
        "password": HIDDEN, "new_password": HIDDEN, "api_token": HIDDEN, "language_code": "x",
        "name": "x", "rows": [{"secret": HIDDEN, "n": 1}], "postcodes": [1],
    }  # fmt: skip


@given(st.text(max_size=8))
def test_no_cell_of_the_export_begins_a_formula(words: str) -> None:
    entry = Entry(1, clock.now(), "staff", "1", words, "a.b", words, {})
    assert not any(cell[:1] in set("=+-@\t\r") for cell in csv_row(entry) if cell)


@pytest.mark.parametrize(
    "change",
    [
        sa.update(audit_entries).values(caller_name="somebody else"),
        sa.delete(audit_entries),
    ],
)
def test_the_database_itself_keeps_every_entry(store: Store, change: sa.Executable) -> None:
    note(store, "staff.added", "wang", MEI)
    refused = pytest.raises(sa.exc.DBAPIError, match="stay as they are")
    with refused, store.database.transaction() as connection:
        connection.execute(change)
    assert [entry.caller_name for entry in service.find(store, Search())] == ["Mei"]
