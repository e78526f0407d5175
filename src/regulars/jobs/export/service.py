"""Take data out: whoever can run commands on the workspace's files may have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right
from regulars.jobs.export import queries
from regulars.jobs.export.model import Form, What, Written
from regulars.jobs.export.writing import write
from regulars.kit.errors import Conflict, Invalid, Unavailable
from regulars.kit.period import ALL_TIME, Period
from regulars.kit.text import Text
from regulars.listen.profiles import service as profiles
from regulars.timeline.event import MOMENT
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings

Tell = Callable[[What], None]
FINDINGS = pa.schema(
    [
        ("key", pa.string()),
        ("slice", pa.string()),
        ("as_of", MOMENT),
        ("computed_at", MOMENT),
        ("version", pa.int64()),
        ("watermark", pa.string()),
        ("payload", pa.string()),
    ]
)
BATCH = 500


def export(
    ws: Workspace,
    caller: Principal,
    folder: Path,
    *,
    now: datetime,
    what: Sequence[What] = tuple(What),
    period: Period = ALL_TIME,
    form: Form = Form.PARQUET,
    tell: Tell = lambda _what: None,
) -> list[Written]:
    """Write one file for each kind of data into a new or empty folder.

    The period holds for when events occurred and as of when findings were made; of people the
    file has what is held now. Raises NotAllowed unless the caller may see and take away
    everything, Invalid for a folder within the workspace, Conflict for one that is not empty,
    Unavailable when the file of events has not as many as the timeline.
    """
    for right in (Right.EXPORT, Right.READ_PEOPLE, Right.ERASE_PEOPLE):
        caller.require(right)
    target = _prepared(ws, folder)
    makes: dict[What, Callable[[Path], Written]] = {
        What.EVENTS: lambda file: _events(ws, file, form, period, now),
        What.PEOPLE: lambda file: Written(
            What.PEOPLE, file, write(file, form, profiles.VALUES, profiles.values(ws))
        ),
        What.FINDINGS: lambda file: Written(
            What.FINDINGS, file, write(file, form, FINDINGS, _findings(ws, period))
        ),
    }
    written = []
    for one in dict.fromkeys(what):
        tell(one)
        written.append(makes[one](target / f"{one.value}.{form.value}"))
    with ws.database.transaction() as connection:
        rows = {one.what.value: one.rows for one in written}
        audit.record(ws, connection, caller, "data.exported", str(target), rows=rows)
    return written


def _events(ws: Workspace, file: Path, form: Form, period: Period, now: datetime) -> Written:
    """Write the events and count them against the timeline, which may grow meanwhile."""
    before, _later = queries.count(ws, period, now)
    rows = write(file, form, queries.EVENTS, queries.events(ws, period, now))
    after, later = queries.count(ws, period, now)
    if not min(before, after) <= rows <= max(before, after):
        file.unlink()
        raise Unavailable(
            "export.incomplete",
            Text(
                f"The timeline holds {after:,} events of this period and {rows:,} were written: "
                "the file is taken back. Run “regulars doctor” and export again.",
                f"时间线在此期间有 {after:,} 个事件，而写出了 {rows:,} 个：文件已撤回。"
                "请运行“regulars doctor”后重新导出。",
            ),
        )
    return Written(What.EVENTS, file, rows, later)


def _prepared(ws: Workspace, folder: Path) -> Path:
    target = folder.expanduser().resolve()
    if target.is_relative_to(ws.folder):
        raise Invalid(
            "export.inside",
            Text(
                "Choose a folder outside the workspace: erasure does not reach copies in it.",
                "请选择工作区以外的文件夹：清除客户资料时不会处理其中的副本。",
            ),
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(
            "export.not_empty",
            Text(
                f"{target} is not empty: choose a new folder.",
                f"{target} 不为空：请换一个新文件夹。",
            ),
        )
    target.mkdir(parents=True, exist_ok=True)
    return target


def _findings(ws: Workspace, period: Period) -> Iterator[pa.Table]:
    rows = []
    for finding in findings.every(ws, period):
        rows.append(
            {
                "key": finding.key,
                "slice": _json(finding.slice),
                "as_of": finding.as_of,
                "computed_at": finding.computed_at,
                "version": finding.version,
                "watermark": finding.watermark,
                "payload": _json(_told(finding.payload)),
            }
        )
        if len(rows) == BATCH:
            yield pa.Table.from_pylist(rows, schema=FINDINGS)
            rows = []
    if rows:
        yield pa.Table.from_pylist(rows, schema=FINDINGS)


def _told(payload: object) -> object:
    return payload.to_pylist() if isinstance(payload, pa.Table) else payload


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
