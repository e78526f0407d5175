"""What an unknown file probably is: columns by header and value, a mapping that works."""

from __future__ import annotations

from pathlib import Path

from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.listen.imports.preview import Proposal
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import parquet, write

ENGLISH = (
    "Customer ID,E-mail,Submitted at,Likelihood to recommend,Overall satisfaction,Comment,Branch\n"
    + "".join(
        f"C{n},c{n}@example.com,03/{n % 28 + 1:02d}/2026 10:00,{n % 11},{n % 5 + 1},"
        f"It took rather long this time; visit {n},north\n"
        for n in range(60)
    )
)
CHINESE = "会员号,手机号,下单时间,订单号,实付金额,评价内容\n" + "".join(
    f"V{n},1380000{n:04d},2026/03/{n % 28 + 1:02d} 10:00,D{n},{n}.50,"
    f"这次等得有点久不过店员很耐心值得再来一次第{n}回\n"
    for n in range(60)
)


def look(ws: Workspace, file: Path, zone: str | None = None) -> Proposal:
    return service.preview(ws, file, now=clock.now(), habits=Habits(zone=zone))


def roles(proposal: Proposal) -> dict[str, str]:
    return {one.header: one.role for one in proposal.columns}


def test_english_headers(ws: Workspace, tmp_path: Path) -> None:
    proposal = look(ws, write(tmp_path, "answers.csv", ENGLISH))
    assert roles(proposal) == {
        "Customer ID": "user",
        "E-mail": "email",
        "Submitted at": "occurred_at",
        "Likelihood to recommend": "nps",
        "Overall satisfaction": "csat",
        "Comment": "text",
        "Branch": "place",
    }
    scales = {one.role: one.scale for one in proposal.columns if one.scale}
    assert scales == {"nps": (0.0, 10.0), "csat": (1.0, 5.0)}
    assert all(0 < one.confidence <= 1 for one in proposal.columns)
    assert [row["metric"] for row in proposal.samples[:2]] == ["nps", "csat"]


def test_chinese_headers_in_gb18030(ws: Workspace, tmp_path: Path) -> None:
    proposal = look(ws, write(tmp_path, "orders.csv.gz", CHINESE.encode("gb18030")))
    assert proposal.encoding == "gb18030"
    assert roles(proposal) == {
        "会员号": "user",
        "手机号": "phone",
        "下单时间": "occurred_at",
        "订单号": "order_id",
        "实付金额": "amount",
        "评价内容": "text",
    }
    assert proposal.fits == ("orders",)
    assert {row["name"] for row in proposal.samples} == {"Order Completed", "Product Reviewed"}
    assert any("Asia/Shanghai" in note.text.en for note in proposal.notes)


def test_a_code_outside_the_scale_is_proposed_as_no_answer(ws: Workspace, tmp_path: Path) -> None:
    rows = (
        "".join(f"2026-03-01,{n % 11},{n % 5 + 1}\n" for n in range(50)) + "2026-03-01,11,Blank\n"
    )
    proposal = look(ws, write(tmp_path, "a.csv", "date,nps,csat\n" + rows), "UTC")
    blanks = {one.header: (*one.blank, *one.codes) for one in proposal.columns if one.scale}
    assert blanks == {"nps": ("11",), "csat": ("Blank",)}
    (note,) = [one for one in proposal.notes if one.code == "no_answers"]
    assert (note.rows, note.examples) == (1, ("11",))
    assert proposal.questions == ()


def test_files_with_types_of_their_own(ws: Workspace, tmp_path: Path) -> None:
    file = parquet(
        tmp_path,
        "SELECT 'u' || range AS user_id, TIMESTAMPTZ '2026-03-01 00:00:00Z' AS created_at, "
        "range % 5 + 1 AS rating, [1] AS list FROM range(20)",
    )
    proposal = look(ws, file)
    assert roles(proposal)["created_at"] == "occurred_at"
    assert roles(proposal)["rating"] == "score"
    assert proposal.questions == ()
    assert len(proposal.samples) == 5
