"""What every command shares: the workspace option, the console, errors and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from regulars.faces import help_texts, lake_faults, refusals
from regulars.faces.language import shell_language
from regulars.kit.errors import Invalid, NotFound, RegularsError, Unavailable
from regulars.kit.text import Text

WorkspaceFolder = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the workspace.", show_default=True)
]
"""The option `--workspace DIR` of each command; its default is the current folder."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

EXIT_STOPPED = 1
EXIT_WRONG_INPUT = 2
EXIT_UNAVAILABLE = 3
PARTS = {"database": Text("database", "数据库"), "disk": Text("disk", "磁盘")}
UNUSABLE = Text("cannot be used", "无法使用")


def run(build: Callable[[], typer.Typer]) -> NoReturn:
    """Run the command line; errors end in one sentence and a meaningful exit code.

    Only what nobody foresaw shows its traceback.
    """
    try:
        command = typer.main.get_command(build())
        help_texts.translate(command)
        code = command(prog_name="regulars", standalone_mode=False)
    except typer.Abort:
        sys.exit(EXIT_STOPPED)
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            raise SystemExit(EXIT_WRONG_INPUT) from None  # the help is printed already
        expected = _told(error)
        if expected is None:
            raise
        # What a caller wrote stands in it: "[/x]" is no markup of ours.
        words = escape(expected.message.in_(shell_language()))
        err.print(f"[bold red]✗[/] {words}", soft_wrap=True)
        raise SystemExit(EXIT_UNAVAILABLE if expected.status >= 500 else EXIT_WRONG_INPUT) from None
    sys.exit(code if isinstance(code, int) else 0)


def warn(words: Text) -> None:
    """Tell on the side what a person has to know, whatever else the command prints."""
    err.print(f"[yellow]◆[/] {escape(words.in_(shell_language()))}", soft_wrap=True)


def table(*heads: str, title: str | None = None) -> Table:
    """Return a table to print. Chinese has no spaces: what is too wide is folded, not cut off."""
    made = Table(box=None, pad_edge=False, title=title, title_justify="left")
    for head in heads:
        made.add_column(head, overflow="fold")
    return made


def read_text(file: Path) -> str:
    """Return the words of a file that a command was given.

    Raises NotFound when it is not there, Invalid when it is not UTF-8.
    """
    if not file.is_file():
        raise NotFound("file.missing", Text(f"There is no file {file}.", f"没有文件 {file}。"))
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            "file.encoding",
            Text(f"{file} is not UTF-8: save it as UTF-8.", f"{file} 不是 UTF-8：请另存为 UTF-8。"),
        ) from error


def _told(error: Exception) -> RegularsError | None:
    """Return the error as one that we tell; None for one that nobody foresaw."""
    if isinstance(error, RegularsError):
        return error
    if isinstance(error, OSError) and error.filename is not None:
        what = f"{error.filename}: {error.strerror}"
        return Unavailable("file.unavailable", Text(f"Cannot use {what}.", f"无法使用 {what}。"))
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        return _usage(error)
    return _of_parts(error) or lake_faults.told(error, why=True)


def _of_parts(error: Exception) -> RegularsError | None:
    """Return what is wrong with database or disk; None before anything was opened."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError

    from regulars.faces.health import REASONS
    from regulars.store import faults

    if fault := faults.told(error):
        return _unusable(fault.code, PARTS[fault.part], REASONS[fault.code], fault.why)
    if isinstance(error, DBAPIError):
        why = str(error.orig).strip().partition("\n")[0]
        return _unusable("database.unusable", PARTS[faults.DATABASE], UNUSABLE, why)
    return None


def _unusable(code: str, part: Text, reason: Text, why: str) -> Unavailable:
    return Unavailable(
        code,
        Text(
            f"The {part.en} {reason.en} ({why}): see “regulars doctor”.",
            f"{part.zh}{reason.zh}（{why}）：请运行“regulars doctor”查看。",
        ),
    )


def _usage(error: Any) -> Invalid:
    """Return what the command line's parser refuses, in both languages and with the way out."""
    refused = _refused(error)
    words = error.format_message().strip().rstrip(".")
    if refused is not None:
        words = f"{_parameter(error)}: {refused.en}"
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "regulars"
    return Invalid(
        "command.usage",
        Text(
            f"{words}. See: {path} --help",
            f"{_in_chinese(error, words, refused)}。用法见：{path} --help",
        ),
    )


def _refused(error: Any) -> Text | None:
    """Return why the validator refused an option's value; None where it did not."""
    cause = error.__cause__
    return refusals.reason(cause.errors()[0]) if hasattr(cause, "errors") else None


def _in_chinese(error: Any, words: str, refused: Text | None) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return f"没有选项 {error.option_name}"
    if kind == "MissingParameter":
        return f"缺少参数 {_parameter(error)}"
    if kind == "BadParameter":
        return (
            f"{_parameter(error)} 的值无效：{refused.zh if refused else error.message.rstrip('.')}"
        )
    if kind == "BadOptionUsage":
        return f"选项 {error.option_name} 用法不对：{words}"
    return f"命令写法不对：{words}"


def _parameter(error: Any) -> str:
    """Return what the caller knows the parameter by: its options, or the argument's name."""
    parameter = getattr(error, "param", None)
    names = [one for one in getattr(parameter, "opts", []) if one.startswith("-")]
    return " / ".join(names) or str(getattr(parameter, "name", "") or "").upper()
