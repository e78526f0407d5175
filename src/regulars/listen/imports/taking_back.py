"""Taking an import back: said before it is done, kept with the run and in the audit after."""

from __future__ import annotations

from datetime import datetime

from regulars.company.audit import service as audit
from regulars.company.rights.model import SHELL, Principal
from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.listen.imports import queries, service
from regulars.listen.imports.model import ImportRun, ImportState, Note
from regulars.timeline import taking_back
from regulars.timeline.taking_back import Effect
from regulars.timeline.workspace import Workspace

TAKEN_BACK = "taken_back"
"""Code of the note that says what went, and name of its entry in the audit."""


def effect_of(ws: Workspace, run_id: str) -> tuple[ImportRun, Effect]:
    """Return a run and what taking it back would do now.

    Raises NotFound; Conflict when it has not ended, has been taken back, or is of a release whose
    events do not note who brought them.
    """
    run = service.get_run(ws, run_id)
    _check(ws, run)
    return run, taking_back.effect(ws, _key(run))


def take_back(ws: Workspace, run_id: str, *, now: datetime, by: Principal = SHELL) -> ImportRun:
    """Take a run back and return it, with a note of what went; raises as `effect_of`.

    Cut off on the way, it is done again: what went already stays gone.
    """
    run = service.get_run(ws, run_id)
    _check(ws, run)
    done = taking_back.take_back(ws, _key(run), now=now)
    note = Note(TAKEN_BACK, done.gone, words(done))
    with ws.database.transaction() as connection:
        queries.update_run(connection, run.id, _values(run, note))
        audit.record(
            ws,
            connection,
            by,
            "import.taken_back",
            run.id,
            gone=done.gone,
            returned=done.returned,
            retold=done.retold,
        )
    return service.get_run(ws, run_id)


def _values(run: ImportRun, note: Note) -> dict[str, object]:
    return {"state": ImportState.TAKEN_BACK.value, "notes": queries.notes_value([*run.notes, note])}


def _key(run: ImportRun) -> str:
    return f"import:{run.id}"


def _check(ws: Workspace, run: ImportRun) -> None:
    if run.state is ImportState.TAKEN_BACK:
        raise Conflict(
            "import.taken_back",
            Text("This import has been taken back.", "该导入已经撤回。"),
        )
    if run.state not in (ImportState.DONE, ImportState.FAILED):
        raise Conflict(
            "import.under_way",
            Text(
                "This import has not ended: take it back when it has.",
                "该导入尚未结束：请在结束后撤回。",
            ),
        )
    if not taking_back.known_of(ws, _key(run)):
        raise Conflict(
            "import.earlier_release",
            Text(
                "An earlier release made this import and did not note which events it brought: it "
                "cannot be taken back. Import a corrected file: it replaces what this one told.",
                "该导入由旧版本完成，未记录其带来的事件，因而无法撤回。"
                "请导入更正后的文件，它会替换原有内容。",
            ),
        )


def words(effect: Effect) -> Text:
    """Say what goes, what counts again, and what later imports relied upon."""
    again, gone = effect.returned, effect.gone - effect.returned
    en, zh = [f"Events that go: {gone:,}."], [f"移除的事件：{gone:,}。"]
    if again:
        en.append(f"Events that are again as they were told before: {again:,}.")
        zh.append(f"恢复为先前内容的事件：{again:,}。")
    if effect.history:
        en.append(f"Earlier tellings that go, of events told anew since: {effect.history:,}.")
        zh.append(f"移除的旧版本（其事件后来已更新）：{effect.history:,}。")
    if effect.retold:
        en.append(
            f"Later imports told {effect.retold:,} of these events again and found them known: "
            "import those files again afterwards."
        )
        zh.append(
            f"其中 {effect.retold:,} 个事件在之后的导入中再次出现，当时视为已有："
            "请随后重新导入那些文件。"
        )
    return Text(" ".join(en), "".join(zh))
