"""The company floor from the shell."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from regulars.company.keys import service as keys_service
from regulars.company.sign_in import service as sign_in
from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid, NotFound, RegularsError
from regulars.store.workspace import Store
from tests.company.cast import plant


def run(cli: typer.Typer, *words: str, typed: str = "") -> str:
    """Return what the command prints on standard output; raises what it raises."""
    done = CliRunner().invoke(cli, list(words), input=typed)
    if isinstance(done.exception, RegularsError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def told(cli: typer.Typer, *words: str) -> Any:
    return json.loads(run(cli, *words, "--json"))


def test_an_account_from_first_to_last(cli: typer.Typer, store: Store) -> None:
    plant(store, clock.now())
    run(cli, "user", "add", "Mei", "--role", "admin", "--password-stdin", typed="green tea 2026\n")
    with pytest.raises(Invalid, match="sh-01"):
        run(cli, "user", "add", "wang", "--role", "manager", "--place", "sh-1")
    printed = run(cli, "user", "add", "wang", "--role", "manager", "--place", "sh-01")
    code = printed.split("code=")[1].strip()
    assert sign_in.whose_link(store, code, clock.now()).login == "wang"
    rows = {row["login"]: row for row in told(cli, "user", "list")}
    assert (rows["mei"]["role"], rows["mei"]["has_password"]) == ("admin", True)
    assert (rows["wang"]["places"], rows["wang"]["has_password"]) == (["sh-01"], False)
    run(cli, "user", "role", "wang", "analyst")
    run(cli, "user", "disable", "wang")
    row = told(cli, "user", "list")[1]
    assert (row["role"], row["places"], row["disabled"]) == ("analyst", None, True)
    run(cli, "user", "enable", "wang")
    assert "wang" in run(cli, "user", "list")
    with pytest.raises(Conflict):
        run(cli, "user", "disable", "mei")
    with pytest.raises(NotFound):
        run(cli, "user", "disable", "nobody")


def test_a_weak_password_leaves_no_account(cli: typer.Typer) -> None:
    with pytest.raises(Invalid):
        run(cli, "user", "add", "mei", "--password-stdin", typed="short\n")
    assert told(cli, "user", "list") == []


def test_a_key_is_printed_alone_and_once(cli: typer.Typer, store: Store) -> None:
    secret = run(cli, "key", "add", "shop-web").strip()
    assert keys_service.check_write_key(store, secret).source == "shop-web"
    with pytest.raises(Invalid, match="NOWHERE"):
        run(cli, "key", "add-api", "Report", "--place", "NOWHERE")
    plant(store, clock.now())
    made = told(cli, "key", "add-api", "Report", "--role", "manager", "--place", "east")
    assert keys_service.check_api_key(store, made["secret"]).chosen == {"east"}
    rows = told(cli, "key", "list")
    assert {row["kind"] for row in rows} == {"write", "api"}
    assert secret not in str(rows) + run(cli, "key", "list")
    run(cli, "key", "revoke", made["id"])
    assert told(cli, "key", "list")[-1]["revoked_at"] is not None


def test_the_log_is_searched_and_exported(cli: typer.Typer) -> None:
    run(cli, "key", "add", "shop-web")
    run(cli, "user", "add", "wang")
    assert [entry["action"] for entry in told(cli, "audit", "wang")] == [
        "staff.link_made",
        "staff.added",
    ]
    assert told(cli, "audit", "--to", "2020-01-01") == []
    rows = list(csv.DictReader(io.StringIO(run(cli, "audit", "--csv"))))
    assert [row["action"] for row in rows] == ["staff.link_made", "staff.added", "key.added"]
    assert "shop-web" in run(cli, "audit", "--action", "key.added")
