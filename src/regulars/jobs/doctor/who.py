"""Checks of who is who: what names nobody, and what waits for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.jobs.doctor.model import Finding, Severity, well
from regulars.kit.text import Text
from regulars.timeline import judged, listed, people
from regulars.timeline.workspace import Workspace


def identities(workspace: Workspace) -> Iterator[Finding]:
    """Tell what on the timeline names nobody, and check that nothing contested waits."""
    title = Text("Who is who", "客户身份")
    if not listed.judged_by(workspace):
        seen = Text(
            "the list of values that name nobody has changed", "不代表任何客户的值的名单已更改"
        )
        advice = Text(
            "The next command or start judges the timeline by it.",
            "下次运行命令或启动时会据此重新判断。",
        )
        yield Finding("people", title, Severity.WARN, seen, advice)
        return
    with workspace.database.reading() as connection:
        nobody = judged.found(connection)
        waiting = len(people.folded(workspace, connection).contested)
    events = sum(one.events for one in nobody)
    seen = Text(
        f"{len(nobody):,} identities name nobody ({events:,} events), {waiting:,} links contested",
        f"{len(nobody):,} 个身份不代表任何人（{events:,} 个事件），{waiting:,} 项关联有争议",
    )
    if not waiting:
        yield well("people", title, seen)
        return
    advice = Text(
        "Decide about them: regulars contested, or the page Contested.",
        "请作出决定：运行 regulars contested，或打开“有争议的关联”页面。",
    )
    yield Finding("people", title, Severity.WARN, seen, advice)
