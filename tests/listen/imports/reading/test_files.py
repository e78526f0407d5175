"""Files of every format, encoding and habit come in, or are refused with the reason."""

from __future__ import annotations

import gzip
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.listen.imports import service
from regulars.listen.imports.reading import arrow
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, reasons, visits, write

CSV = "who,at,score\nann,2026-03-01 10:00,9\nbo,2026-03-02 10:00,\n"
EXPECTED = [("2026-03-01 02:00", 9.0), ("2026-03-02 02:00", None)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", CSV),
        ("a.csv.gz", CSV),
        ("a.csv", "\ufeff" + CSV),
        ("a.csv", CSV.replace("\n", "\r\n")),
        ("a.csv", CSV.replace(",", ";")),
        ("a.tsv", CSV.replace(",", "\t")),
        ("a.txt", CSV.replace(",", "|")),
        ("a.csv", CSV.replace("who", "WHO ").replace("at,", " At ,")),
        (
            "a.jsonl",
            '{"who":"ann","at":"2026-03-01 10:00","score":9}\n'
            '{"who":"bo","at":"2026-03-02 10:00"}\n',
        ),
        (
            "a.jsonl.gz",
            '{"at":"2026-03-01T02:00:00Z","score":"9"}\n\n{"at":"2026-03-02T10:00:00+08:00"}\n',
        ),
    ],
    ids=["csv", "gz", "mark", "crlf", "semicolon", "tab", "bar", "headers", "jsonl", "jsonl.gz"],
)
def test_text(ws: Workspace, tmp_path: Path, name: str, text: str) -> None:
    columns = "who = { optional = true }" if "jsonl" in name else ""
    options = {"columns": columns} if not columns else {}
    file = write(
        tmp_path, name, text if "jsonl" not in name else text.replace('{"at"', '{"who":"x","at"')
    )
    outcome = bring(ws, file, **options)
    assert visits(ws) == EXPECTED
    blank = 1 if name == "a.jsonl.gz" else 0
    counts = outcome.counts
    assert (counts.read, counts.used, counts.skipped) == (2 + blank, 2, blank)


def test_whitespace(ws: Workspace, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "a.txt",
        "  who   at  score \n ann 2026-03-01T10:00   9\n\n bo\t2026-03-02T10:00 8 extra\n",
    )
    outcome = bring(ws, file, given='format = "whitespace"')
    assert visits(ws) == EXPECTED[:1]
    assert reasons(ws, outcome) == [(3, None, "columns", None)]


CHINESE = (
    "who,at,score,say\n安,2026-03-01 10:00,9,很好，下次还来。\n"
    "博,2026-03-02 10:00,,有点慢，等了很久。\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_chinese_in_its_encodings(ws: Workspace, tmp_path: Path, encoding: str) -> None:
    bring(ws, write(tmp_path, "a.csv", CHINESE.encode(encoding)), take=', text = "say"')
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [row["text"] for row in rows] == ["很好，下次还来。", "有点慢，等了很久。"]


def test_utf_16_without_a_mark_is_known(ws: Workspace, tmp_path: Path) -> None:
    for name in ("utf-16-le", "utf-16-be"):
        bring(ws, write(tmp_path, "a.csv", CSV.encode(name)))
        assert visits(ws) == EXPECTED


def test_files_of_other_programs_say_what_to_do(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"import\.old_excel.*\.xlsx"):
        bring(ws, write(tmp_path, "a.xls", b"\xd0\xcf\x11\xe0"))


def test_an_encoding_we_cannot_tell_is_refused(ws: Workspace, tmp_path: Path) -> None:
    text = "who,at,score\nJosé,2026-03-01 10:00,9\nAndré,2026-03-02 10:00,\n".encode("latin-1")
    file = write(tmp_path, "a.csv", text)
    with pytest.raises(Invalid, match=r"import\.encoding"):
        bring(ws, file)
    bring(ws, file, given='encoding = "latin-1"')
    assert visits(ws) == EXPECTED


def test_a_binary_file_is_no_text_for_the_preview_either(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", b"hello\0\1\2binary")
    with pytest.raises(Invalid, match=r"import\.not_text"):
        service.preview(ws, file, now=clock.now())


def test_what_the_engine_cannot_do_is_told_and_no_traceback(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", CSV)
    with pytest.raises(Invalid, match=r"import\.engine") as refused:
        bring(ws, file, take=', text = "concat(who, text(date_of(2026, 13, 1)))"')
    assert "mapping" in refused.value.message.en


def test_files_that_are_not_there(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"import\.no_file"):
        bring(ws, tmp_path / "nothing.csv")
    with pytest.raises(NotFound, match=r"import\.input_missing"):
        bring(ws, write(tmp_path, "a.csv", CSV), given='files = ["b*.csv"]')


def test_a_zipped_file_that_was_cut_off_is_not_taken_for_whole(
    ws: Workspace, tmp_path: Path
) -> None:
    lines = "".join(f"person-{n * 7919 % 100_003},2026-03-01 10:00,9\n" for n in range(50_000))
    whole = gzip.compress(("who,at,score\n" + lines).encode())
    spoilt = bytearray(whole)
    spoilt[len(whole) // 2 : len(whole) // 2 + 40] = b"x" * 40
    for content in (whole[: len(whole) * 2 // 3], bytes(spoilt), b"\x1f\x8bnothing"):
        file = tmp_path / "a.csv.gz"
        file.write_bytes(content)
        with pytest.raises(Invalid, match=r"import\.gzip"):
            bring(ws, file)
    assert visits(ws) == []


def test_a_file_that_would_fill_the_disk_or_memory_is_refused(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=50))
    with pytest.raises(Invalid, match=r"import\.no_room"):
        bring(ws, write(tmp_path, "a.csv.gz", CSV))
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(arrow, "MAX_UNPACKED", 1_000)
    with pytest.raises(Invalid, match=r"import\.excel"):
        bring(ws, tmp_path / "a.xlsx")
