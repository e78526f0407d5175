"""Every route asked with nothing said: no query, no form, no body."""

from __future__ import annotations

from pathlib import Path

from regulars.store.settings import DatabaseSettings
from tests.test_parts_away import founded


def test_whoever_says_nothing_is_told_what_is_lacking(tmp_path: Path) -> None:
    company = founded(tmp_path / "company", DatabaseSettings())
    broken = [
        f"{route} → {answer.status_code} {answer.text[:200]}"
        for route, answer in company.walk()
        if answer.status_code >= 500
    ]
    assert not broken, broken
    company.ws.close()
