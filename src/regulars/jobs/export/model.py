"""What can be taken out, and what was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from regulars.kit.text import Text


class What(StrEnum):
    """One kind of data; each becomes one file."""

    EVENTS = "events"
    PEOPLE = "people"
    FINDINGS = "findings"


class Form(StrEnum):
    """The kind of file."""

    PARQUET = "parquet"
    CSV = "csv"


TITLES = {
    What.EVENTS: Text("Events", "事件"),
    What.PEOPLE: Text("What is held of people", "客户资料"),
    What.FINDINGS: Text("Stored findings", "已保存的结果"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One file and how many rows stand in it.

    `later` counts events of the period that are known only after the moment of the export.
    """

    what: What
    file: Path
    rows: int
    later: int = 0
