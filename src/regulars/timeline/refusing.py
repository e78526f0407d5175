"""Why a workspace is not opened whose database and lake do not fit, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.timeline import lineage
from regulars.timeline.lineage import LineageFit, LineageJudgement

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

WORDS = {
    LineageFit.FOREIGN_KEY: Text(
        "secret.key is not the one that this workspace was written with: put the right one back, "
        "or nobody's events would be found again.",
        "secret.key 不是写入此工作区时使用的密钥：请恢复正确的密钥，否则客户与事件无法再关联。",
    ),
    LineageFit.FOREIGN_LAKE: Text(
        "The database and lake/ belong to different workspaces: look at [database] in "
        "regulars.toml, and put the right lake/ back.",
        "数据库与 lake/ 属于不同的工作区：请检查 regulars.toml 的 [database]，"
        "并恢复正确的 lake/ 文件夹。",
    ),
    LineageFit.NO_LAKE: Text(
        "The lake is missing: put the folder lake/ back from a backup.",
        "数据湖缺失：请从备份恢复 lake/ 文件夹。",
    ),
}


def refusal(
    workspace: Workspace, judged: LineageJudgement, *, accept_loss: bool
) -> Unavailable | None:
    """Return the error that keeps the workspace closed, None where it may be opened."""
    if judged.fit is LineageFit.OLD_LAKE and accept_loss:
        return None
    text = words(workspace, judged)
    return Unavailable(f"lineage.{judged.fit.value}", text) if text is not None else None


def words(workspace: Workspace, judged: LineageJudgement) -> Text | None:
    """Return what keeps it closed and what to do, None where nothing does."""
    if judged.fit is LineageFit.CUT:
        lost = ", ".join(f"{one:020d}.json" for one in judged.log.missing[:3])
        return Text(
            f"The Delta log was cut: {lost} missing in lake/events/_delta_log; put lake/ back "
            "from a backup.",
            f"Delta 日志不完整：lake/events/_delta_log 缺少 {lost}；请从备份恢复 lake/。",
        )
    if judged.fit is LineageFit.OLD_LAKE:
        return _old_lake(workspace, judged)
    return WORDS.get(judged.fit)


def _old_lake(workspace: Workspace, judged: LineageJudgement) -> Text:
    assert judged.memory is not None
    lost = lineage.missing(workspace, judged.memory)
    since = f"{lost.since.astimezone(workspace.zone):%Y-%m-%d %H:%M}" if lost.since else None
    behind = judged.memory.version - (judged.log.newest or 0)
    en = f"since {since} ({behind} commits)" if since else "since the beginning"
    zh = f"自 {since} 起（{behind} 次提交）" if since else "从一开始"
    return Text(
        f"The lake is older than the database: {lost.events:,} events are missing, {en}. Put a "
        "newer lake/ back, or go on without them: regulars accept-loss.",
        f"数据湖比数据库旧：缺少 {lost.events:,} 个事件，{zh}。请恢复较新的 lake/，"
        "或放弃这些事件继续：regulars accept-loss。",
    )
