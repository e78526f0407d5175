"""Check that events have what every event has, and tell of the last repair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regulars.company.audit.model import Entry
from regulars.jobs.doctor.model import Finding, Severity, well
from regulars.kit.text import Text
from regulars.timeline import repair
from regulars.timeline.workspace import Workspace


def filled(workspace: Workspace, last: Entry | None) -> Iterator[Finding]:
    """Check that no event of the lake lacks a required column; `last` is the last repair."""
    title = Text("Required columns", "必填列")
    lacking = repair.lacking(workspace)
    if not lacking:
        yield well("required", title, _repaired(last) if last else _WHOLE)
        return
    yield Finding(
        "required", title, Severity.BAD,
        Text(f"events of the lake lack {_listed(lacking, ', ')}",
             f"数据湖中有事件缺少 {_listed(lacking, '、')}"),
        Text("Numbers and exports leave them out. The next command or start fills them in.",
             "指标与导出不含这些事件。下次运行命令或启动时会自动补全。"),
    )  # fmt: skip


_WHOLE = Text("filled in every event", "所有事件均已填写")


def _repaired(last: Entry) -> Text:
    lacked = _listed(last.details, ", ")
    return Text(
        f"filled in every event; {lacked} were filled in on {last.at:%Y-%m-%d}",
        f"所有事件均已填写；{lacked} 已于 {last.at:%Y-%m-%d} 补全",
    )


def _listed(counts: Mapping[str, int], between: str) -> str:
    return between.join(f"{name} ({count:,})" for name, count in counts.items())
