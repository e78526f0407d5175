"""`--help` speaks the language of the shell, all of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import typer

from regulars.app import build_cli
from regulars.faces import catalogs, help_texts
from regulars.faces.language import catalog, shell_language, speaking

CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_no_command_argument_or_option_is_without_help() -> None:
    command = typer.main.get_command(build_cli())
    silent = [one.name for one in help_texts.tree(command) if not one.help]
    silent += [
        f"{one.name} {parameter.opts[0]}"
        for one in help_texts.tree(command)
        for parameter in help_texts.parameters(one)
        if not parameter.help
    ]
    assert silent == []


def test_every_help_text_of_every_command_and_option_has_its_chinese() -> None:
    command = typer.main.get_command(build_cli())
    texts = set(help_texts.texts(command))
    assert len(texts) > 150
    with speaking("zh"):
        assert set(help_texts.typers_own()) <= set(map(catalog("zh").get, texts))
    assert [words for words in texts if help_texts.in_chinese(words) is None] == []
    said = {use.message for use in catalogs.uses()} | set(help_texts.typers_own())
    assert [words for words in texts - said if not help_texts.is_declared(words)] == []


def test_the_whole_tree_is_put_into_chinese() -> None:
    command = typer.main.get_command(build_cli())
    with speaking("zh"):
        help_texts.translate(command)
    left = [words for words in help_texts.texts(command) if not CHINESE.search(words)]
    assert left == []


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en_US.UTF-8", ("Options", "Files or folders.")),
        ("zh_CN.UTF-8", ("选项", "[必填]", "数字的小数点")),
    ],
)
def test_it_is_printed_whole_in_the_language_of_the_shell(
    language: str, wanted: tuple[str, ...]
) -> None:
    environment = {**os.environ, "LANG": language, "LC_ALL": "", "LANGUAGE": "", "COLUMNS": "80"}
    told = subprocess.run(
        [sys.executable, "-c", "from regulars.app import main; main()", "import", "--help"],
        env=environment, capture_output=True, text=True, check=True, encoding="utf-8",
    ).stdout  # fmt: skip
    assert all(words in told for words in wanted)
    assert "…" not in told


@pytest.mark.parametrize(
    ("set_", "spoken"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_GB:zh"}, "en"),
        ({"LC_ALL": "C", "LANGUAGE": "zh_CN"}, "en"),
        ({"LANGUAGE": "fr:zh"}, "zh"),
    ],
)
def test_the_shell_says_its_language_as_gettext_reads_it(
    monkeypatch: pytest.MonkeyPatch, set_: dict[str, str], spoken: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.setenv(name, set_.get(name, ""))
    assert shell_language() == spoken
