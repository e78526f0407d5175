"""`regulars init` asks at a terminal, says what it took, and refuses what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.faces import setting_up
from regulars.kit.errors import Invalid, Unavailable
from regulars.store.settings import DatabaseSettings, load


def test_the_machine_tells_its_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    assert setting_up.zone_of_machine(tmp_path) == "UTC"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Asia/Shanghai")
    assert setting_up.zone_of_machine(tmp_path) == "Asia/Shanghai"
    (tmp_path / "timezone").write_text("America/Sao_Paulo\n")
    assert setting_up.zone_of_machine(tmp_path) == "America/Sao_Paulo"
    monkeypatch.setenv("TZ", "Europe/London")
    assert setting_up.zone_of_machine(tmp_path) == "Europe/London"


@pytest.mark.parametrize(
    ("zone", "currency"),
    [
        ("Asia/Shanghai", "CNY"),
        ("Europe/Berlin", "EUR"),
        ("America/New_York", "USD"),
        ("UTC", "CNY"),
    ],
)
def test_a_time_zone_proposes_its_currency(zone: str, currency: str) -> None:
    assert setting_up.currency_of(zone) == currency


def init(folder: Path, *options: str, typed: str = "") -> Result:
    args = ["init", str(folder), "--time-zone", "Europe/Berlin", *options]
    return CliRunner().invoke(build_cli(), args, input=typed)


def test_init_asks_for_the_currency_at_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter takes the currency of the time zone; what is no currency is asked for again."""
    monkeypatch.setattr(setting_up, "at_terminal", lambda: True)
    assert "EUR" in init(tmp_path / "eur", typed="\n").output
    assert load(tmp_path / "eur").workspace.currency == "EUR"
    assert "such as CNY" in init(tmp_path / "usd", typed="dollars\nusd\n").output
    assert load(tmp_path / "usd").workspace.currency == "USD"
    assert init(tmp_path / "gbp", "--currency", "GBP").exit_code == 0
    assert load(tmp_path / "gbp").workspace.currency == "GBP"


def test_init_without_a_terminal_says_which_currency_it_took(tmp_path: Path) -> None:
    said = init(tmp_path / "shop").output.replace("\n", " ")
    assert "CNY" in said and "edit “currency” in" in said and "regulars.toml" in said
    assert load(tmp_path / "shop").workspace.currency == "CNY"
    given = init(tmp_path / "other", "--currency", "USD").output
    assert "edit “currency”" not in given


def settings(**changes: str) -> object:
    told = {
        "name": "Tea & Co",
        "time_zone": "Asia/Shanghai",
        "currency": "CNY",
        "language": "zh",
        "database": DatabaseSettings().url,
        **changes,
    }
    return setting_up.settings_of(**told).workspace  # type: ignore[arg-type]


def test_what_is_told_becomes_settings() -> None:
    chosen = settings()
    assert chosen.languages == ("zh", "en")  # type: ignore[attr-defined]
    assert chosen.time_zone == "Asia/Shanghai"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"currency": "yuan"},
        {"language": "fr"},
        {"database": "not a url"},
    ],
)
def test_what_cannot_be_is_refused_before_a_folder_is_made(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        settings(**wrong)


def test_a_database_that_does_not_answer_is_told() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(Unavailable):
        settings(database="postgresql://nobody@127.0.0.1:1/nothing")
