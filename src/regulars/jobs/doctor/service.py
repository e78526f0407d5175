"""Look a workspace over: every check alone, so that one failure hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from regulars.company.audit import service as audit
from regulars.company.audit.model import Entry, Search
from regulars.jobs.doctor import fit, machine, outgoing, required, stores, who, working
from regulars.jobs.doctor.model import Finding, Severity, worst
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.timeline import repair
from regulars.timeline import workspace as timeline_workspace
from regulars.timeline.workspace import Workspace

Check = Callable[[], Iterator[Finding]]


def examine(folder: Path, now: datetime, *, deep: bool = False) -> list[Finding]:
    """Return what was found in the workspace folder; changes nothing in it.

    With `deep`, every byte of the lake and of SQLite's file is read.
    """
    findings = _run("versions", machine.versions)
    try:
        workspace = timeline_workspace.load(folder)
    except RegularsError as error:
        return [*findings, _unreadable(error)]
    findings.append(_settings(workspace))
    try:
        for key, check in _checks(workspace, now, deep):
            findings += _run(key, check)
    finally:
        workspace.close()
    return findings


def _checks(workspace: Workspace, now: datetime, deep: bool) -> Iterator[tuple[str, Check]]:
    yield "disk", partial(machine.disk, workspace)
    yield "spill", partial(machine.spilled, workspace)
    yield "memory", partial(machine.memory, workspace)
    yield "secret", partial(machine.files, workspace)
    yield "private", partial(machine.private_files, workspace)
    last = _newest(workspace, Search())
    yield "clock", lambda: machine.clock(workspace, now, last.at if last else None)
    yield "zones", partial(machine.zones, workspace, now)
    answering = _run("database", partial(stores.database, workspace, deep=deep))
    yield "database", lambda: iter(answering)
    yield "lake", partial(stores.events, workspace)
    mended = _newest(workspace, Search(action=repair.ACTION))
    yield "required", lambda: required.filled(workspace, mended)
    if deep:
        yield "bytes", partial(fit.bytes_whole, workspace)
    yield "spark", partial(stores.engine, workspace)
    if worst(answering) is Severity.BAD:
        return
    known = _run("revision", partial(stores.revision, workspace))
    yield "revision", lambda: iter(known)
    if worst(known) is Severity.OK:  # older or newer tables cannot be asked
        yield "fit", partial(fit.together, workspace)
        yield "inbox", partial(stores.backlog, workspace, now)
        yield "findings", partial(stores.numbers, workspace, now)
        yield "staff", partial(stores.people, workspace)
        yield "people", partial(who.identities, workspace)
        yield "lanes", partial(working.lanes, workspace, now)
        yield "reactions", partial(working.reactions, workspace, now)
        yield "messages", partial(outgoing.outbox, workspace)


def _newest(workspace: Workspace, search: Search) -> Entry | None:
    """Return the newest entry of the audit log; looking must not make the database's file."""
    try:
        used = fit.database_in_use(workspace)
        last = audit.find(workspace, search, limit=1) if used else []
    except Exception:  # the database has a check of its own
        return None
    return last[0] if last else None


def _run(key: str, check: Check) -> list[Finding]:
    try:
        return list(check())
    except Exception as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        title = Text(key.capitalize(), key)
        said = Text(f"could not be checked: {words[0]}", f"无法检查：{words[0]}")
        advice = Text("Mend what the message names, then ask again.", "请按提示修复后重新检查。")
        return [Finding(key, title, Severity.BAD, said, advice)]


def _settings(workspace: Workspace) -> Finding:
    chosen = workspace.settings.workspace
    said = f"{chosen.name}, {chosen.time_zone}, {chosen.currency}"
    return Finding("settings", Text("Settings", "配置"), Severity.OK, Text(said, said))


def _unreadable(error: RegularsError) -> Finding:
    advice = Text(
        "Mend regulars.toml, or make a workspace: regulars init DIR",
        "请修正 regulars.toml，或新建工作区：regulars init DIR",
    )
    return Finding("settings", Text("Settings", "配置"), Severity.BAD, error.message, advice)
