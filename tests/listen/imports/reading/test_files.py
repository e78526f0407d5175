"""Files of every format, encoding and habit come in, or are refused with the reason."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid, NotFound
from regulars.listen.imports import service
from regulars.listen.imports.reading import arrow
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, parquet, reasons, visits, write

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


def test_parquet_keeps_its_types(ws: Workspace, tmp_path: Path) -> None:
    file = parquet(
        tmp_path,
        "SELECT 'ann' AS who, TIMESTAMP '2026-03-01 10:00' AS at, 9 AS score "
        "UNION ALL SELECT 'bo', TIMESTAMP '2026-03-02 10:00', NULL",
    )
    assert bring(ws, file).counts.accepted == 2
    assert sorted(visits(ws)) == EXPECTED
    zipped = tmp_path / "again.parquet.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert bring(ws, zipped).counts.duplicates == 2


def test_excel(ws: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["who", "at", "score"])
    sheet.append(["ann", datetime(2026, 3, 1, 10, tzinfo=UTC).replace(tzinfo=None), 9])
    sheet.append([None, None, None])
    sheet.append([17, "2026-03-02 10:00", None])
    book.save(tmp_path / "a.xlsx")
    counts = bring(ws, tmp_path / "a.xlsx").counts
    assert (counts.read, counts.used, counts.skipped) == (3, 2, 1)
    assert visits(ws) == EXPECTED
    with pytest.raises(Invalid, match=r"import\.excel"):
        bring(ws, tmp_path / "a.xlsx", given='sheet = "Two"')


GB = 'encoding = "gb18030"'
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


def test_bytes_that_are_not_in_the_encoding_spoil_their_row(ws: Workspace, tmp_path: Path) -> None:
    good, bad = "安,2026-03-01 10:00,9\n".encode("gb18030"), b"\xd2\xff,2026-03-01 10:00,9\n"
    head = b"who,at,score\n"
    outcome = bring(ws, write(tmp_path, "a.csv", head + good + bad + good), given=GB)
    assert reasons(ws, outcome) == [(2, None, "encoding", None)]
    with pytest.raises(Invalid, match=r"import\.encoding.*line 3"):
        bring(ws, write(tmp_path, "b.csv", head + b"ann,2026-03-02,9\n" + bad))


def test_a_document_of_json_is_read_as_rows(ws: Workspace, tmp_path: Path) -> None:
    rows = (
        '{"who": "ann", "at": "2026-03-01 10:00", "score": 9, "by": {"name": {"en": "x"}}},\n'
        ' {"who": "a \\ud83d", "at": "2026-03-01 10:00", "score": 1},\n'
        ' {"who": "bo [1,\\"}", "at": "2026-03-02 10:00", "score": null}'
    )
    take = ", text = '\"by.name.en\"'"
    for text in (f"[{rows}]", f'{{"count": 3, "data": {{"items": [\n{rows}\n]}}}}'):
        outcome = bring(ws, write(tmp_path, "a.json", text), take=take)
        assert reasons(ws, outcome) == [(2, None, "not_json", None)]
        assert (outcome.counts.read, outcome.counts.used) == (3, 2)
    assert visits(ws) == EXPECTED
    with pytest.raises(Invalid, match=r"import\.json.*line 3"):
        bring(ws, write(tmp_path, "b.json", f"[{rows}"))


def test_files_of_other_programs_say_what_to_do(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"import\.old_excel.*\.xlsx"):
        bring(ws, write(tmp_path, "a.xls", b"\xd0\xcf\x11\xe0"))


def test_traces_without_a_name_are_numbered(ws: Workspace, tmp_path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="Called"/>'
        '<date key="time:timestamp" value="2026-03-01T10:00:00Z"/></event>'
    )
    named = f'<trace><string key="concept:name" value="7"/>{event}</trace>'
    text = f"<log><trace>{event}{event}</trace>{named}<trace>{event}</trace></log>"
    outcome = service.import_files(ws, [write(tmp_path, "calls.xes", text)], "xes", now=clock.now())
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [row["case_id"] for row in rows] == ["calls 1", "calls 1", "7", "calls 3"]
    assert [note.rows for note in outcome.notes if note.code == "numbered_cases"] == [2]


def test_an_encoding_we_cannot_tell_is_refused(ws: Workspace, tmp_path: Path) -> None:
    text = "who,at,score\nJosé,2026-03-01 10:00,9\nAndré,2026-03-02 10:00,\n".encode("latin-1")
    file = write(tmp_path, "a.csv", text)
    with pytest.raises(Invalid, match=r"import\.encoding"):
        bring(ws, file)
    bring(ws, file, given='encoding = "latin-1"')
    assert visits(ws) == EXPECTED


def test_malformed_lines_are_kept_with_their_number(ws: Workspace, tmp_path: Path) -> None:
    text = (
        "who,at,score\nann,2026-03-01 10:00,9\nbo,2026-03-02\ncy,2026-03-03 10:00,7,more\n"
        '"d\ne",2026-03-04 10:00,6\nfay,soon,5\n'
    )
    outcome = bring(ws, write(tmp_path, "a.csv", text))
    assert visits(ws) == [("2026-03-01 02:00", 9.0), ("2026-03-04 02:00", 6.0)]
    assert reasons(ws, outcome) == [
        (2, None, "columns", None),
        (3, None, "columns", None),
        (5, "at", "unreadable_moment", "soon"),
    ]
    assert (outcome.counts.read, outcome.counts.rejected) == (5, 3)


def test_lines_that_are_no_json_objects(ws: Workspace, tmp_path: Path) -> None:
    text = '{"who":"ann","at":"2026-03-01 10:00","score":9}\nnot json\n[1]\n'
    outcome = bring(ws, write(tmp_path, "a.jsonl", text))
    assert reasons(ws, outcome) == [(2, None, "not_json", None), (3, None, "not_json", None)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "import.empty"),
        ("a.parquet", b"not parquet", "import.parquet"),
        ("a.xes", b"<log><trace>", "import.xes"),
        ("a.docx", b"?", "import.format"),
        ("a.csv", b"who,score\nann,1\n", "import.column_missing"),
        ("a.csv", b"hello\0\1\2binary", "import.not_text"),
        ("a.csv.gz", b"who\0,at\nann,2026-03-01\n", "import.not_text"),
        ("a.jsonl", b'{"who":"a\0"}\n', "import.not_text"),
        ("a.csv", b"who,at,at\nann,2026-03-01,2026-03-02\n", "import.column_repeated"),
        ("a.csv", b"who,at,Score,score\nann,2026-03-01,1,2\n", "import.column_repeated"),
    ],
)
def test_files_that_do_not_fit(
    ws: Workspace, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        bring(ws, write(tmp_path, name, content))


def test_a_binary_file_is_no_text_for_the_preview_either(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", b"hello\0\1\2binary")
    with pytest.raises(Invalid, match=r"import\.not_text"):
        service.preview(ws, file, now=clock.now())


def test_a_repeated_header_gets_numbers_by_which_a_mapping_may_choose(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", "who,at,score,score\nann,2026-03-01 10:00,1,2\n")
    bring(ws, file, number=', from = "score (2)"')
    assert visits(ws) == [("2026-03-01 02:00", 2.0)]


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


def test_xes_does_not_fetch_what_it_names(ws: Workspace, tmp_path: Path) -> None:
    secret = write(tmp_path, "secret.txt", "hidden")
    text = (
        f'<!DOCTYPE log [<!ENTITY x SYSTEM "file://{secret}">]><log><trace>'
        '<string key="concept:name" value="1"/><event><string key="who" value="&x;"/>'
        '<date key="at" value="2026-03-01T10:00:00Z"/></event></trace></log>'
    )
    with pytest.raises(Invalid, match=r"import\.xes"):
        bring(ws, write(tmp_path, "a.xes", text))


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


def test_a_file_without_any_object_says_so(ws: Workspace, tmp_path: Path) -> None:
    for content in ("", "\n\n", '[\n"a"\n]'):
        with pytest.raises(Invalid, match=r"import\.no_objects"):
            service.preview(ws, write(tmp_path, "a.jsonl", content), now=clock.now())
