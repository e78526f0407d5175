"""What an unknown file probably is: columns by header and value, a mapping that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.app import init_workspace
from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import library, service
from regulars.listen.imports.model import Habits
from regulars.listen.imports.preview import Proposal
from regulars.listen.statuses import service as statuses
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import parquet, visits, write

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


def test_a_proposal_can_be_written_down_edited_and_used(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "answers.csv", ENGLISH)
    words = library.render(look(ws, file, "Europe/London").recipe)
    mapping = library.parse(words.replace('"Survey Answered"', '"Product Reviewed"'))
    outcome = service.import_files(ws, [file], mapping, now=clock.now())
    assert (outcome.counts.accepted, outcome.counts.rejected) == (120, 0)
    assert {row["name"] for row in ws.query(lambda view: view.events).to_pylist()} == {
        "Product Reviewed"
    }
    assert visits(ws)[0][0] == "2026-03-01 10:00"


def test_days_and_months_that_could_be_either_are_asked_about(
    ws: Workspace, tmp_path: Path
) -> None:
    rows = "".join(f"0{n}/0{n}/2026,{n}\n" for n in range(1, 9))
    proposal = look(ws, write(tmp_path, "a.csv", "day,score\n" + rows), "UTC")
    (question,) = [one for one in proposal.questions if one.key == "day_month:day"]
    assert [one.value for one in question.choices] == ["day", "month"]
    assert (question.rows, proposal.columns[0].formats) == (8, ())
    clear = write(tmp_path, "b.csv", "day,score\n" + rows + "03/25/2026,4\n")
    settled = look(ws, clear, "UTC")
    assert settled.columns[0].formats == ("%m/%d/%Y",)
    assert not [one for one in settled.questions if one.field == "day"]
    both = write(tmp_path, "c.csv", "day,score\n" + rows + "03/25/2026,4\n25/03/2026,4\n")
    assert "The file says both" in look(ws, both, "UTC").questions[0].words.en


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


def test_a_file_without_a_time_says_so_and_is_not_imported_until_it_is_filled_in(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", "name,stars\nx,5\ny,4\n")
    proposal = look(ws, file)
    assert any("No column is the time" in one.words.en for one in proposal.questions)
    assert proposal.samples == ()
    words = library.render(proposal.recipe)
    with pytest.raises(Invalid, match=r"recipe\.unfilled"):
        library.parse(words)
    with pytest.raises(Invalid, match=r"recipe\.unfilled"):
        service.import_files(ws, [file], proposal.recipe, now=clock.now())
    assert ws.query(lambda view: view.events).num_rows == 0
    filled = words.replace('occurred_at = ""', "occurred_at = \"moment('2026-03-01')\"")
    outcome = service.import_files(ws, [file], library.parse(filled), now=clock.now())
    assert outcome.counts.accepted == 2


def test_a_column_may_mix_ways_to_write_a_time(ws: Workspace, tmp_path: Path) -> None:
    values = ["2026-03-01 10:00", "25/03/2026", "2026-03-02 10:00", "01/03/2026", "2026年3月4日"]
    file = write(tmp_path, "a.csv", "date,stars\n" + "".join(f"{one},5\n" for one in values))
    proposal = look(ws, file, "UTC")
    (day, _stars) = proposal.columns
    assert (day.role, set(day.formats)) == ("occurred_at", {"iso", "%d/%m/%Y"})
    assert proposal.questions == ()
    mapping = library.parse(library.render(proposal.recipe))
    assert service.import_files(ws, [file], mapping, now=clock.now()).counts.rejected == 0
    assert sorted(at for at, _score in visits(ws)) == [
        "2026-03-01 00:00",
        "2026-03-01 10:00",
        "2026-03-02 10:00",
        "2026-03-04 00:00",
        "2026-03-25 00:00",
    ]


@pytest.mark.parametrize("header", ["created_at", "x"])
def test_one_bad_date_in_six_is_told_and_refused(
    ws: Workspace, tmp_path: Path, header: str
) -> None:
    rows = "".join(f"2026-03-0{n} 10:00,{n}\n" for n in range(1, 6)) + "soon,3\n"
    file = write(tmp_path, "a.csv", f"{header},stars\n{rows}")
    proposal = look(ws, file, "UTC")
    assert roles(proposal)[header] == "occurred_at"
    (note,) = [one for one in proposal.notes if one.code == "no_times"]
    assert (note.rows, note.examples) == (1, ("soon",))
    assert "1 of 6 values are no time (soon)" in note.text.en
    outcome = service.import_files(ws, [file], proposal.recipe, now=clock.now())
    assert (outcome.counts.accepted, outcome.reasons) == (5, {"unreadable_moment": 1})


def test_numbers_and_words_are_no_times(ws: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{n},2026{n:04d},see you on 2026-03-01 at {n}\n" for n in range(1101, 1131))
    proposal = look(ws, write(tmp_path, "a.csv", "date,code,words\n" + rows), "UTC")
    assert "occurred_at" not in {
        role for header, role in roles(proposal).items() if header != "code"
    }


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("cdnow/CDNOW_master.txt", "cdnow"),
        ("online-retail/online_retail.csv.gz", "online-retail"),
        ("event-logs/helpdesk.csv.gz", "helpdesk"),
        ("airline-tweets/Tweets.csv", "airline-tweets"),
    ],
)
def test_known_files_are_known(ws: Workspace, real_data: Path, path: str, fits: str) -> None:
    proposal = look(ws, real_data / path)
    assert fits in proposal.fits
    assert proposal.recipes[0].recipe == fits
    assert proposal.recipes[0].words.en.startswith(f"The template “{fits}”")
    assert library.parse(library.render(proposal.recipe)) == proposal.recipe
    assert proposal.samples
    assert set(proposal.as_json()) >= {"columns", "mapping", "questions", "fits"}


def test_statuses_that_nobody_mapped_are_told_in_advance(ws: Workspace, tmp_path: Path) -> None:
    text = "order_id,customer,date,amount,status\n1,a,2024-03-01,10,已核销\n2,a,2024-03-02,5,paid\n"
    file = write(tmp_path, "orders.csv", text)
    (note,) = [one for one in look(ws, file).notes if one.code == "status_unseen"]
    assert (note.rows, note.examples) == (1, ("已核销",))
    statuses.set_meaning(ws, SHELL, "已核销", "completed", now=clock.now())
    assert "status_unseen" not in [one.code for one in look(ws, file).notes]


OPEN_MONEY = {
    "currency": "order_id,customer,date,amount\n1,ann,2024-03-04,¥100\n2,bo,2024-03-05,¥250\n",
    "decimal": "order_id;customer;date;amount\n1;ann;2024-03-04;1.234\n2;bo;2024-03-05;7.500\n",
    "totals": "order_id,customer,date,quantity,price,amount\n"
    + "".join(f"{number},ann,2024-03-01,3,10,10\n" for number in range(10)),
}


@pytest.mark.parametrize("key", list(OPEN_MONEY))
def test_what_an_import_will_ask_the_preview_asks(tmp_path: Path, key: str) -> None:
    settings = Settings(workspace=WorkspaceSettings(time_zone="UTC", currency="EUR"))
    ws = init_workspace(tmp_path / "company", settings)
    file = write(tmp_path, "orders.csv", OPEN_MONEY[key])
    proposal = look(ws, file)
    assert [one.key for one in proposal.questions] == [key]
    assert proposal.outlook.reasons == {"unanswered": proposal.outlook.rows}
    answer = proposal.questions[0].choices[0].value
    answered = service.preview(
        ws, file, now=clock.now(), recipe=proposal.recipe, habits=Habits(answers={key: answer})
    )
    assert (answered.questions, answered.outlook.refused) == ((), 0)
    ws.close()


def test_an_open_order_of_day_and_month_is_no_reason_to_take_another_time(
    ws: Workspace, tmp_path: Path
) -> None:
    rows = [f"T{n},03/0{n}/2024 10:00,03/1{n + 3}/2024 09:00" for n in range(1, 7)]
    text = "\n".join(["Ticket ID,Created at,Solved at", *rows])
    assert roles(look(ws, write(tmp_path, "t.csv", text)))["Created at"] == "occurred_at"
