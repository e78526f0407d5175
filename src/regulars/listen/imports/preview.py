"""A proposal for an unknown file: what its columns are, a mapping, sample events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.listen.imports import building, guessing, library, looking
from regulars.listen.imports.bench import bench
from regulars.listen.imports.building import Builder
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.guessing import Guess
from regulars.listen.imports.looking import Facts
from regulars.listen.imports.model import (
    Bilingual,
    Column,
    Event,
    Format,
    Input,
    Recipe,
    Scalar,
)
from regulars.listen.imports.reading import delimited, files
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.tables import RawRows, Reader, candidates
from regulars.listen.imports.shaping import Shaper
from regulars.timeline import vocabulary
from regulars.timeline.event import COLUMNS

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

MEMORY_SHARE = 0.25
SAMPLE_BYTES = 500_000
SAMPLE_EVENTS = 5
WHITESPACE_SHARE = 0.95
KNOWN_SHARE = 0.5
METRICS = {"nps": "relationship", "csat": "transactional", "ces": "transactional"}
COLUMN_ROLES = (
    *("event_id", "order_id", "case_id", "session_id", "amount", "currency"),
    *("text", "touchpoint", "channel", "place", "weight"),
)
ROW_ONLY = ("event_id", "amount", "currency")
IDENTITIES = ("user", "openid", "email", "phone", "anonymous")
NO_TIME = Text(
    "No column is the time of the event: write into occurred_at of the mapping when it happened.",
    "没有事件时间列：请在映射的 occurred_at 中写明事件发生的时间。",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file looks like. `fits` are recipes whose columns are all there."""

    file: str
    format: Format
    encoding: str | None
    delimiter: str | None
    rows: int
    columns: tuple[Guess, ...]
    questions: tuple[Text, ...]
    fits: tuple[str, ...]
    recipe: Recipe
    samples: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as plain values; the mapping as TOML."""
        return {
            "file": self.file,
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sample_rows": self.rows,
            "columns": [
                {
                    "header": one.header,
                    "role": one.role,
                    "kind": one.kind,
                    "confidence": round(one.confidence, 2),
                    "why": one.why.en,
                    "examples": list(one.examples),
                    "scale": list(one.scale) if one.scale else None,
                    "formats": list(one.formats),
                    "blank": list(one.blank),
                }
                for one in self.columns
            ],
            "questions": [one.en for one in self.questions],
            "fits": list(self.fits),
            "mapping": library.render(self.recipe),
            "sample_events": [_plain(row) for row in self.samples],
        }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | int | float | list) else str(value)
        for key, value in row.items()
        if value is not None
    }


def propose(
    ws: Workspace,
    file: File,
    *,
    now: datetime,
    zone: str | None = None,
    recipe: Recipe | None = None,
) -> Proposal:
    """Look at the beginning of a file and propose how to import it.

    With a `recipe` the samples are those that it makes. Raises Invalid when it does not fit.
    """
    with bench(ws, share=MEMORY_SHARE) as (connection, scratch):
        kind, sample = _sample(file, scratch)
        encoding = files.encoding_of(file) if kind in ("delimited", "whitespace", "jsonl") else None
        part = Input(name="rows", files=("*",), format=kind)
        raw = Reader(connection, scratch).read(part, [sample])
        table = f"(SELECT * FROM {raw.table} LIMIT 20000)"
        found = looking.facts(connection, table, raw.columns)
        guesses = guessing.settle([guessing.guess(one) for one in found])
        needs_zone = any(one.kind == "moment" and not one.zoned for one in guesses)
        proposed = _recipe(file, kind, guesses, zone or ws.settings.workspace.time_zone)
        samples = _samples(ws, connection, raw, recipe or proposed, now)
        rows = sum(piece.rows for piece in raw.pieces)
        delimiter = delimited.delimiter_of(sample, None) if kind == "delimited" else None
    questions = [one.question for one in guesses if one.question is not None]
    questions += list(_shared_orders(found, guesses))
    if not any(one.role == "occurred_at" for one in guesses):
        questions.insert(0, NO_TIME)
    if needs_zone and zone is None:
        questions.insert(0, _zone_question((recipe or proposed).zone or "UTC"))
    return Proposal(
        file=file.name,
        format=kind,
        encoding=encoding,
        delimiter=delimiter,
        rows=rows,
        columns=tuple(guesses),
        questions=tuple(questions),
        fits=tuple(_fitting(file, list(raw.columns))),
        recipe=recipe or proposed,
        samples=tuple(samples),
    )


def _shared_orders(found: Sequence[Facts], guesses: Sequence[Guess]) -> Iterator[Text]:
    """Ask about orders that stand on several rows."""
    for facts, one in zip(found, guesses, strict=True):
        if one.role == "order_id" and facts.filled and facts.distinct < 0.95 * facts.filled:
            yield Text(
                "Several rows share an order. If they are its lines, use the recipe “orders”, "
                "or gather them in a [[tables]] with group_by.",
                "多行属于同一订单。若为订单明细，请使用“orders”方案，"
                "或在 [[tables]] 中用 group_by 合并。",
            )


def _zone_question(zone: str) -> Text:
    return Text(
        f"Times in the file have no zone; {zone} is assumed. Is that where they were written?",
        f"文件中的时间没有时区，暂按 {zone} 处理。是否正确？",
    )


def _sample(file: File, scratch: Path) -> tuple[Format, File]:
    """Return the format and the file, or the first megabytes of a text file as UTF-8."""
    kind = files.format_of(file)
    if kind not in ("delimited", "jsonl"):
        return kind, file
    encoding = files.encoding_of(file)
    head = file.head(SAMPLE_BYTES)
    if len(head) == SAMPLE_BYTES:
        head = head[: head.rfind(b"\n") + 1] or head
    copy = scratch / "sample"
    copy.write_bytes(head.decode(encoding, "replace").encode())
    sample = File(copy, file.bare, zipped=False)
    if kind == "delimited" and _is_whitespace(sample):
        kind = "whitespace"
    return kind, sample


def _is_whitespace(sample: File) -> bool:
    """Tell whether runs of blanks cut the lines evenly and no delimiter does."""
    lines = [
        line.split() for line in delimited.head_text(sample).splitlines()[:200] if line.strip()
    ]
    counts = [len(line) for line in lines]
    text = delimited.head_text(sample)
    if not counts or counts[0] < 2 or any(mark in text for mark in (",", "\t", ";", "|")):
        return False
    return sum(count == counts[-1] for count in counts) >= WHITESPACE_SHARE * len(counts)


def _recipe(file: File, kind: Format, guesses: Sequence[Guess], zone: str) -> Recipe:
    """Return a mapping of the guesses, ready to be edited."""
    stem = Path(file.bare).stem
    columns = {one.header: _column(one) for one in guesses if _column(one) is not None}
    part = Input(
        name="rows",
        files=(f"*{Path(file.bare).suffix}",),
        format=kind if kind == "whitespace" else None,
        columns={key: value for key, value in columns.items() if value is not None},
    )
    title = Bilingual(stem, stem)
    about = Bilingual(f"Proposed from {file.name}.", f"根据 {file.name} 生成的建议。")
    return Recipe(
        name=_slug(stem),
        title=title,
        about=about,
        source=_slug(stem),
        zone=zone,
        inputs=(part,),
        events=tuple(_events(guesses)),
    )


def _slug(words: str) -> str:
    slug = "".join(letter if letter.isalnum() else "-" for letter in words.lower()).strip("-")
    return slug[:60] or "file"


def _column(one: Guess) -> Column | None:
    if one.kind == "text":
        return None
    scale = one.scale or (None, None)
    return Column(
        type=one.kind,  # type: ignore[arg-type]
        formats=one.formats,
        blank=one.blank,
        decimal="," if one.decimal == "," else None,
        required=one.role == "occurred_at",
        minimum=scale[0],
        maximum=scale[1],
    )


def _events(guesses: Sequence[Guess]) -> Iterator[Event]:
    """Yield one event for each score; without scores one for the row."""
    roles = {one.role: one for one in guesses}
    identities = {kind: quote(roles[kind].header) for kind in IDENTITIES if kind in roles}
    take = {"occurred_at": quote(roles["occurred_at"].header)} if "occurred_at" in roles else {}
    take |= {role: quote(roles[role].header) for role in roles if role in COLUMN_ROLES}
    scores = [one for one in guesses if one.scale is not None]
    beside = {"property", "number", "moment"} | ({"amount"} if scores else set())
    kept = tuple(one.header for one in guesses if one.role in beside)
    take.setdefault("occurred_at", building.TO_FILL_IN)
    for index, one in enumerate(scores):
        key = f"answer_{index + 1}"
        words = {name: sql for name, sql in take.items() if name != "text" or index == 0}
        # The row's id and its money belong to one event; the answers of a row are several.
        words = {name: sql for name, sql in words.items() if name not in ROW_ONLY}
        low, high = one.scale or (0.0, 0.0)
        metric = one.role if one.role != "score" else guessing.folded(one.header)
        settled: dict[str, Scalar] = {
            "name": vocabulary.SURVEY_ANSWERED,
            "metric": metric,
            "scale_min": low,
            "scale_max": high,
            "survey_kind": METRICS.get(one.role, "transactional"),
        }
        yield Event(
            key=key,
            from_="rows",
            when=f"{quote(one.header)} is not null",
            set=settled,
            take={**words, "score": quote(one.header)},
            identity=identities,
            properties=kept if index == 0 else (),
        )
    if not scores:
        name: dict[str, Scalar] = {} if "name" in roles else {"name": _row_name(roles)}
        words = {**take, "name": quote(roles["name"].header)} if "name" in roles else take
        yield Event(
            key="row", from_="rows", set=name, take=words, identity=identities, properties=kept
        )


def _row_name(roles: dict[str, Guess]) -> str:
    if "amount" in roles:
        return vocabulary.ORDER_COMPLETED
    if "case_id" in roles:
        return vocabulary.CASE_OPENED
    return vocabulary.PRODUCT_REVIEWED if "text" in roles else "Row Imported"


def _samples(
    ws: Workspace,
    connection: duckdb.DuckDBPyConnection,
    raw: RawRows,
    recipe: Recipe,
    now: datetime,
) -> list[dict[str, Any]]:
    """Make the first events of the sample by the proposed mapping."""
    if len(recipe.inputs) > 1:
        return []  # a sample of one file cannot show what several make together
    if building.unfilled(recipe):
        return []
    shaper = Shaper(connection, recipe, recipe.zone)
    shaper.input(RawRows(recipe.inputs[0], raw.table, raw.columns, raw.typed, raw.pieces))
    for table in recipe.tables:
        shaper.table(table)
    currency = ws.settings.workspace.currency
    view = Builder(connection, shaper, salt="preview", currency=currency, now=now).build()
    table = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {view} ORDER BY received_at LIMIT {SAMPLE_EVENTS}"
    ).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _fitting(file: File, columns: Sequence[str]) -> Iterator[str]:
    """Yield recipes that this file could be for.

    What they need is there; and those for files of any name know most of the columns.
    """
    names = {name.lower().strip() for name in columns}
    for recipe in library.every().values():
        try:
            taken, _left = files.assign([file], recipe.inputs)
        except RegularsError:
            continue
        part = next(part for part in recipe.inputs if taken[part.name])
        known = [
            any(name.lower() in names for name in candidates(key, column))
            for key, column in part.columns.items()
            if "*" not in key
        ]
        needed = [
            there
            for there, column in zip(known, part.columns.values(), strict=False)
            if not (isinstance(column, Column) and column.optional)
        ]
        enough = part.files != ("*",) or sum(known) >= KNOWN_SHARE * len(names)
        if known and all(needed) and enough:
            yield recipe.name
