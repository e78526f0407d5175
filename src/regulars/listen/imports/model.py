"""What an import is made of: the recipe's parts, the run and its counts, a refused row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec

from regulars.kit.text import Text
from regulars.listen.imports.contacts import Contact
from regulars.listen.imports.questions import Question

Format = Literal["delimited", "whitespace", "jsonl", "parquet", "excel", "xes"]
Kind = Literal["text", "id", "number", "decimal", "whole", "currency", "moment", "flag", "list"]
Repeats = Literal["keep", "drop"]
Words = str | tuple[str, ...]


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one column's text becomes a value.

    `from` names the header, or several of which the first found counts. `blank` are the codes that
    mean "no answer" or "not applicable"; `values` recodes. A value that cannot be read as `type`,
    or lies outside `minimum`..`maximum`, is left out and told; it refuses the row where it is
    `needed`: as declared, or where the column is required or holds money or order lines.
    `asks` is the key of a question without whose answer no row with a value here is imported:
    which of `scales` its scores are on, or (without scales) which of several headers counts.
    `like` is a pattern on a header's words: it claims the one header that no name in `from` is
    and whose values fit.
    """

    type: Kind = "text"
    from_: Words = msgspec.field(default=(), name="from")
    formats: tuple[str, ...] = ()
    zone: str | None = None
    decimal: Literal[".", ","] | None = None
    blank: tuple[str, ...] = ()
    values: dict[str, str] = {}
    required: bool = False
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    needed: bool | None = None
    asks: str = ""
    scales: tuple[str, ...] = ()
    like: str = ""

    @property
    def spoils_row(self) -> bool:
        """Tell whether a value that cannot be read refuses its row."""
        if self.needed is not None:
            return self.needed
        return self.required or self.type in ("decimal", "list", "id", "currency")


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Files of one shape. `files` are patterns on the file's name without `.gz`.

    `names` gives the columns of a file without a header. `repeats` says whether a row that stands
    again word for word in one file counts again; `id` names the column that makes a row itself,
    so that rows which have it need not be told apart by their content; `formerly = "content"`: they
    were, and events that the timeline has under such an id keep it. `decimal`, `formats` and
    `zone` are how numbers and times are written where a column does not say. `skip` counts the
    rows above the header, `skip_below` those right below it that are no data; where they are not
    given, titles and further headers are found. With `exports` a column that no name in `from` is
    has the header that the tool which wrote the file gives it.
    """

    name: str
    files: tuple[str, ...] = ("*",)
    format: Format | None = None
    delimiter: str | None = None
    quote: str = '"'
    names: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    skip: int | None = None
    skip_below: int | None = None
    decimal: Literal[".", ","] | None = None
    formats: tuple[str, ...] = ()
    zone: str | None = None
    blank: tuple[str, ...] = ()
    optional: bool = False
    repeats: Repeats = "keep"
    id: str | None = None
    formerly: Literal["content"] | None = None
    exports: bool = False
    columns: dict[str, Kind | Column] = {}

    @property
    def declared(self) -> dict[str, Column]:
        """The columns, those too of which only the type is given."""
        return {
            key: column if isinstance(column, Column) else Column(type=column)
            for key, column in self.columns.items()
        }


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Take columns of another table, one row of it at most for each of ours."""

    table: str
    on: Words
    take: tuple[str, ...]


class Unpivot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Turn many score columns into rows: column → word of the item; blanks are left out."""

    items: dict[str, str]
    item: str = "item"
    value: str = "value"


class Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What makes the groups of a table orders: their number is the column it groups by.

    `customer` (kind of identity → column) and `place` tell orders of one number apart. `total` is
    the column of amounts, of an order or of its lines as the file shows; `lines` what a line comes
    to otherwise. `day`, `status` and `amount` name columns of the order.
    """

    customer: dict[str, str] = {}
    place: str = ""
    total: str = ""
    lines: str = ""
    day: str = ""
    status: str = ""
    amount: str = "amount"


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rows made from other rows, in this order: union or from, join, where, group, unpivot, add.

    `lines` gathers the rows of a group into order lines; `orders` says that groups are orders.
    """

    name: str
    from_: str | None = msgspec.field(default=None, name="from")
    union: tuple[str, ...] = ()
    join: tuple[Join, ...] = ()
    where: str | None = None
    group_by: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    lines: dict[str, str] = {}
    orders: Orders | None = None
    unpivot: Unpivot | None = None
    add: dict[str, str] = {}


Scalar = str | int | float | bool


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One kind of event made of each row of `from` for which `when` holds.

    `set` holds words that are the same for every event, `take` expressions over the row,
    `identity` kind → expression (the first that is filled counts), `properties` columns that are
    kept beside. `id` makes the event itself where its row may still change.
    """

    key: str
    from_: str = msgspec.field(name="from")
    when: str | None = None
    id: str | None = None
    set: dict[str, Scalar] = {}
    take: dict[str, str] = {}
    identity: dict[str, str] = {}
    properties: tuple[str, ...] = ()


class Bilingual(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages, as a recipe writes it."""

    en: str
    zh: str

    @property
    def text(self) -> Text:
        """The text of both languages."""
        return Text(self.en, self.zh)


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole recipe or mapping: inputs → tables → events.

    `zone` is where times without an offset were written down, `currency` what all money of the
    files is in (a cell that names another is refused); `set` holds for every event;
    `answers` settle what only the owner of the files knows (question's key → choice).
    `touchpoints` are added to the catalog, where it lacks them, with the first events.
    """

    name: str
    title: Bilingual
    about: Bilingual
    inputs: tuple[Input, ...]
    events: tuple[Event, ...]
    source: str = ""
    zone: str | None = None
    currency: str | None = None
    tables: tuple[Table, ...] = ()
    set: dict[str, Scalar] = {}
    answers: dict[str, str] = {}
    touchpoints: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """What is said of files beside their recipe: how it is written, whose it is, answers."""

    zone: str | None = None
    decimal: str | None = None
    formats: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    source: str | None = None


class ImportState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    TAKEN_BACK = "taken_back"


class RunStage(StrEnum):
    """What a run is busy with; the order is the order of the work."""

    READ = "read"
    CHECK = "check"
    BUILD = "build"
    LOAD = "load"


STAGES: Mapping[RunStage, Text] = {
    RunStage.READ: Text("Reading files", "读取文件"),
    RunStage.CHECK: Text("Checking rows", "检查数据行"),
    RunStage.BUILD: Text("Making events", "生成事件"),
    RunStage.LOAD: Text("Loading the timeline", "写入时间线"),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows: read = used + rejected + empty + skipped.

    `read` rows of all files; `used` in an event; `rejected` with at least one entry in the rejects
    file; `empty` gave no event; `skipped` blank lines, titles, second headers, preview answers;
    `repeats` rows that stand again word for word in their file. `events` made = `accepted` new +
    `duplicates` known before + `replaced` (told anew) + `refused` of erased persons.
    """

    read: int = 0
    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    repeats: int = 0
    rejected: int = 0
    used: int = 0
    empty: int = 0
    skipped: int = 0
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Something a run tells: its stable code, how many rows it is about, words, some examples."""

    code: str
    rows: int
    text: Text
    examples: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the note as plain values."""
        words = {"en": self.text.en, "zh": self.text.zh}
        return {"code": self.code, "rows": self.rows, **words, "examples": list(self.examples)}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of the stage in 0..1, `rows` so far, seconds; unknown is None."""

    stage: RunStage
    done: float | None
    rows: int
    seconds: float
    rate: float | None
    left: float | None


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import, as kept in SQL."""

    id: str
    recipe: str
    source: str
    files: tuple[str, ...]
    state: ImportState
    stage: RunStage | None
    done: float | None
    counts: Counts
    by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    beat_at: datetime | None
    rejects_file: str | None
    reasons: Mapping[str, int]
    error_code: str | None
    error: Text | None
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def seconds(self) -> float | None:
        """How long the run took or has been going."""
        end = self.ended_at or self.beat_at
        if self.started_at is None or end is None:
            return None
        return (end - self.started_at).total_seconds()

    @property
    def rate(self) -> float | None:
        """Rows a second so far."""
        return self.counts.read / self.seconds if self.seconds and self.counts.read else None

    @property
    def left(self) -> float | None:
        """Seconds that are left, as far as the share done tells."""
        if not self.seconds or self.done is None or self.done < 0.05:
            return None
        return self.seconds * (1 - self.done) / self.done


@dataclass(frozen=True, slots=True)
class Reject:
    """One reason why a row was refused; `row` counts the file's data rows from 1."""

    file: str
    row: int
    field: str | None
    reason: str
    value: str | None
    line: str | None


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """How a run ended: its id, counts, reasons of refusals, where the rejects lie, seconds."""

    run_id: str
    recipe: str
    source: str
    files: tuple[str, ...]
    ignored: tuple[str, ...]
    counts: Counts
    reasons: Mapping[str, int]
    rejects_file: str | None
    seconds: float
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def all_refused(self) -> bool:
        """Tell whether rows were refused and not one event came of the others, now or before."""
        counts = self.counts
        known = counts.duplicates or counts.replaced
        return bool(counts.rejected) and not (counts.accepted or known)

    def as_json(self) -> dict[str, Any]:
        """Return the summary that `import --json` ends with."""
        return {
            "import": self.run_id,
            "recipe": self.recipe,
            "source": self.source,
            "files": list(self.files),
            "ignored": list(self.ignored),
            **asdict(self.counts),
            "reasons": dict(self.reasons),
            "notes": [note.as_json() for note in self.notes],
            "questions": [question.as_json() for question in self.questions],
            "rejects_file": self.rejects_file,
            "seconds": round(self.seconds, 3),
        }
