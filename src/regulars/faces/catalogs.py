"""Which of our words stand in the code and templates, and which lack their Chinese.

python -m regulars.faces.catalogs          what is missing, as entries ready to fill in
python -m regulars.faces.catalogs journeys of one noun only
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

from regulars.faces.command import out
from regulars.faces.language import FOLDER

PACKAGE = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]")
PLACE = re.compile(r"\{\w*\}|%\(\w+\)\w")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
"""Codes that are kept and said later, such as the actions of the audit log: `staff.added`."""
SAID = {"_": None, "erasable": None, "gettext_noop": None}
"""What is called with words that people read; a place that is erased is told by its name."""
SAME_IN_BOTH = frozenset(
    {"CSV", "Excel", "NPS", "CSAT", "CES", "n", "API", "ID", "URL", "XES", "JSON", "cookie"}
)
"""Names and signs that Chinese pages write as they are."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a message is said."""

    message: str
    noun: str
    file: Path
    line: int


def uses() -> Iterator[Use]:
    """Yield every literal `_("…")` of the package's modules and templates, and every help text."""
    options = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
    for file in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html")]):
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        with file.open("rb") as lines:
            for line, message, _comments, _context in extract(
                method, lines, keywords=SAID, options=options if method != "python" else {}
            ):
                if isinstance(message, str) and message:
                    yield Use(message, noun_of(file), file.relative_to(PACKAGE), line)
        if file.suffix == ".py" and b"typer" in file.read_bytes():
            for line, message in helps(file):
                yield Use(message, noun_of(file), file.relative_to(PACKAGE), line)


def helps(file: Path) -> Iterator[tuple[int, str]]:
    """Yield what `--help` says of a module's commands: their docstrings and each `help="…"`."""
    module = ast.parse(file.read_bytes())
    named = {
        target.id: line.value
        for line in module.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            yield node.lineno, ast.get_docstring(node) or ""
        if isinstance(node, ast.keyword) and node.arg == "help":
            words = named.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            if isinstance(words, ast.Constant) and isinstance(words.value, str):
                yield node.value.lineno, words.value


def _makes_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in ("command", "callback")


def noun_of(file: Path) -> str:
    """Return the noun whose catalog holds the words of `file`."""
    parts = file.relative_to(PACKAGE).parts
    if parts[0] == "faces" or len(parts) <= 2:
        return parts[0].removesuffix(".py")
    return parts[1].removesuffix(".py")


def translations() -> Iterator[tuple[str, str, str]]:
    """Yield (noun, message, Chinese) of every catalog entry."""
    for file in sorted((FOLDER / "zh_CN").glob("*.po")):
        with file.open("rb") as lines:
            for message in read_po(lines):
                if message.id:
                    yield file.stem, str(message.id), str(message.string)


def flaws() -> list[str]:
    """Return what is wrong with the catalogs, each in one line; none when all is well."""
    said: dict[str, Use] = {}
    for use in uses():
        said.setdefault(use.message, use)
    wrong: list[str] = []
    chinese_of: dict[str, tuple[str, str]] = {}
    for noun, message, chinese in translations():
        where = f"{noun}.po: {message!r}"
        if message not in said and not CODE.fullmatch(message):
            wrong.append(f"{where} is said nowhere any more")
        if message in chinese_of and chinese_of[message][1] != chinese:
            wrong.append(f"{where} reads otherwise in {chinese_of[message][0]}.po")
        chinese_of[message] = (noun, chinese)
        wrong.extend(f"{where} {flaw}" for flaw in _flaws_of(message, chinese))
    for message, use in said.items():
        if message not in chinese_of and message not in SAME_IN_BOTH:
            wrong.append(f"{use.noun}.po lacks {message!r} ({use.file}:{use.line})")
    return wrong


def _flaws_of(message: str, chinese: str) -> Iterator[str]:
    if not chinese.strip():
        yield "is empty"
    elif message not in SAME_IN_BOTH and WORD.search(message) and not CHINESE.search(chinese):
        yield f"has no Chinese: {chinese!r}"
    if sorted(PLACE.findall(message)) != sorted(PLACE.findall(chinese)):
        yield f"does not name the same values: {chinese!r}"


def missing() -> dict[str, list[Use]]:
    """Return the messages without Chinese, by noun, each once."""
    known = {message for _noun, message, _chinese in translations()} | SAME_IN_BOTH
    lacking: dict[str, list[Use]] = defaultdict(list)
    for use in uses():
        if use.message not in known:
            known.add(use.message)
            lacking[use.noun].append(use)
    return lacking


def main(nouns: list[str]) -> None:
    """Print what is missing as catalog entries."""
    for noun, lacking in sorted(missing().items()):
        if nouns and noun not in nouns:
            continue
        out.print(f"# ---- {noun}.po", markup=False)
        for use in lacking:
            escaped = use.message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            words = f'#: {use.file}:{use.line}\nmsgid "{escaped}"\nmsgstr ""\n'
            out.print(words, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main(sys.argv[1:])
