"""Errors of the command line: one sentence, two languages, an exit code, no traceback."""

from __future__ import annotations

import io
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pytest
import sqlalchemy as sa
import typer
from rich.console import Console

from regulars.faces import command
from regulars.faces.language import shell_language
from regulars.kit.errors import Invalid, NotFound, Unavailable
from regulars.kit.text import Text

Run = Callable[..., tuple[int, str]]


def told() -> typer.Typer:
    """A small command line whose command fails as its argument says."""
    app = typer.Typer()

    @app.command()
    def fail(how: str, count: Annotated[int, typer.Option()] = 0) -> None:
        failures: dict[str, Exception] = {
            "ours": Invalid("a.b", Text("No “[/x]” of yours [postgres].", "没有“[/x]”。")),
            "down": Unavailable("a.b", Text("Down.", "不可用。")),
            "file": FileNotFoundError(2, "No such file or directory", "/nowhere"),
            "database": sa.exc.DatabaseError(
                "", None, sqlite3.DatabaseError("file is not a database")
            ),
            "full": sa.exc.OperationalError(
                "", None, sqlite3.OperationalError("database or disk is full")
            ),
            "bug": ZeroDivisionError(),
            "stopped": typer.Abort(),
            "code": typer.Exit(7),
        }
        raise failures[how]

    @app.command()
    def other() -> None:
        pass

    return app


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def execute(*words: str, language: str = "en") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["regulars", *words])
        monkeypatch.setattr(command, "shell_language", lambda: language)
        with pytest.raises(SystemExit) as ended:
            command.run(told)
        return int(ended.value.code or 0), capsys.readouterr().err

    return execute


def test_the_words_of_a_caller_are_no_markup(run: Run) -> None:
    assert shell_language() in ("en", "zh")
    assert run("fail", "ours") == (2, "✗ No “[/x]” of yours [postgres].\n")
    assert run("fail", "ours", language="zh") == (2, "✗ 没有“[/x]”。\n")


@pytest.mark.parametrize(
    ("words", "code", "english", "chinese"),
    [
        (("fail", "down"), 3, "Down.", "不可用。"),
        (("fail", "file"), 3, "Cannot use /nowhere", "无法使用 /nowhere"),
        (("fail", "database"), 3, "file is not a database", "数据库无法使用"),
        (("fail", "full"), 3, "The disk is full (database or", "磁盘已满（database or"),
        (("fail",), 2, "See: regulars", "缺少参数 HOW"),
        (("fail", "down", "--count", "x"), 2, "--count: no number", "--count 的值无效：不是数字"),
        (("fail", "down", "--nosuch"), 2, "--nosuch", "没有选项 --nosuch"),
        (("nosuch",), 2, "nosuch", "命令写法不对"),
    ],
)
def test_every_error_is_one_sentence_in_both_languages(
    run: Run, words: tuple[str, ...], code: int, english: str, chinese: str
) -> None:
    for language, wanted in (("en", english), ("zh", chinese)):
        ended, said = run(*words, language=language)
        assert ended == code
        assert said.startswith("✗ ") and wanted in said
        assert "Traceback" not in said


def test_exit_codes_of_commands_are_kept(run: Run) -> None:
    assert run("fail", "code")[0] == 7
    assert run("fail", "stopped")[0] == 1
    assert run("other") == (0, "")


def test_what_nobody_foresaw_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["regulars", "fail", "bug"])
    with pytest.raises(ZeroDivisionError):
        command.run(told)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "places.toml"
    with pytest.raises(NotFound):
        command.read_text(file)
    file.write_bytes(b"\xad\xff")
    with pytest.raises(Invalid, match="UTF-8"):
        command.read_text(file)
    file.write_text("a = 1", "utf-8-sig")
    assert command.read_text(file) == "a = 1"


def test_a_table_folds_what_is_too_wide_and_cuts_nothing_off() -> None:
    asked = "尚未测量：请询问此题：您对我们的响应速度是否满意？"
    shown = command.table("维度", "分值")
    shown.add_row("响应速度", asked)
    console = Console(width=40, file=io.StringIO())
    console.print(shown)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in said
    assert all(sign in said for sign in asked)
