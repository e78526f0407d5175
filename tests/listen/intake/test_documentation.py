"""The page on sending events names every property that becomes a column."""

from __future__ import annotations

import re
from pathlib import Path

from regulars.listen.intake import columns, commerce, feedback

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/send-events.md"


def test_the_page_names_every_property_that_is_read() -> None:
    table = PAGE.read_text("utf-8").split("| property | column |")[1].split("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row)}
    read = {*columns.PLAIN, *commerce.KEYS, *feedback.KEYS}
    assert read <= named, read - named
