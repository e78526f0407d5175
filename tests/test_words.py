"""What people read says the words of docs/words.md, and no code where a name belongs."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po

from regulars.faces.code_words import CHANNELS, channel
from regulars.faces.language import FOLDER, speaking
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.simulate import world
from regulars.simulate.demo import company
from regulars.simulate.model import CARRIERS, PRODUCTS
from regulars.timeline import vocabulary
from regulars.timeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "regulars"
DEFINES = re.compile(r"MEANING$|^meaning$")
"""Names of variables and arguments that hold a definition: the sources' exact terms stay there."""
NOT_OURS = ("lexicons", "recipes", "export_formats", "phrases.toml", "frequent.toml", "nobody.toml")
"""Data that reads what others write."""
HAN = "\u3400-\u9fff"
TIGHT = re.compile(f"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%](?![年月日])[{HAN}]")


class Words(NamedTuple):
    """Words that people read, and where they stand."""

    language: str
    words: str
    where: str


def never(language: str) -> list[str]:
    """Return the patterns that docs/words.md marks as never right."""
    title = {"zh": "## Pages, Chinese", "en": "## Pages, English"}[language]
    text = (ROOT / "docs/words.md").read_text("utf-8").split(title)[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    cells = [re.split(r"(?<!\\)\|", row)[-2] for row in rows]
    return [span.replace(r"\|", "|") for cell in cells for span in re.findall("`([^`]+)`", cell)]


@cache
def everything() -> tuple[Words, ...]:
    """Return all words of pages, help and API descriptions, definitions left out."""
    files = sorted(SOURCES.rglob("*.py"))
    found = [one for file in files for one in _of_module(file)]
    documents = [file for file in sorted(SOURCES.rglob("*.toml")) if not _foreign(file)]
    found += [one for file in documents for one in _of_document(file)]
    return (*found, *_of_catalogs())


def _foreign(file: Path) -> bool:
    return any(part in NOT_OURS for part in file.parts)


def _of_catalogs() -> Iterator[Words]:
    for file in sorted((FOLDER / "zh_CN").glob("*.po")):
        with file.open("rb") as lines:
            for one in read_po(lines):
                if one.id:
                    yield Words("en", str(one.id), file.name)
                    yield Words("zh", str(one.string), file.name)


def _of_document(file: Path) -> Iterator[Words]:
    def walk(value: object) -> Iterator[Words]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("en", "zh") and isinstance(inner, str):
                    yield Words(key, inner, file.name)
                else:
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(tomllib.loads(file.read_text("utf-8")))


def _of_module(file: Path) -> Iterator[Words]:
    source = file.read_text("utf-8")
    if not any(sign in source for sign in ("Text(", "summary=", "description=")):
        return
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if _defines(node):
            continue
        waiting.extend(ast.iter_child_nodes(node))
        where = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
            for language, argument in zip(("en", "zh"), node.args, strict=False):
                yield Words(language, _literal(argument), where)
        if isinstance(node, ast.keyword) and node.arg in ("summary", "description"):
            yield Words("en", _literal(node.value), where)
        if isinstance(node, ast.FunctionDef) and file.name == "api.py" and node.decorator_list:
            yield Words("en", ast.get_docstring(node) or "", where)


def _defines(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return bool(DEFINES.search(node.targets[0].id))
    return isinstance(node, ast.keyword) and bool(DEFINES.search(node.arg or ""))


def _literal(node: ast.expr) -> str:
    """Return the literal parts of a text; what is filled in stands as a quotation mark."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "“" for part in node.values
        )
    return ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_that_is_never_right_is_said(language: str) -> None:
    patterns = never(language)
    assert len(patterns) > 20
    wrong = re.compile("|".join(f"(?:{one})" for one in patterns))
    found = [
        f"{one.where}: {hit.group()!r} in {one.words[:60]!r}"
        for one in everything()
        if one.language == language and (hit := wrong.search(one.words))
    ]
    assert found == []


def test_the_marks_find_what_they_mark() -> None:
    chinese, english = ("|".join(f"(?:{one})" for one in never(tag)) for tag in ("zh", "en"))
    assert all(re.search(chinese, said) for said in ("客户终身价值", "四级甲", "58秒钟前", "斜率"))
    assert not any(re.search(chinese, said) for said in ("校准斜率", "流失预警", "等待中位数"))
    assert all(re.search(english, said) for said in ("The customer screams", "Lifetime value"))
    assert not any(re.search(english, said) for said in ("Customer lifetime value (CLV)", "scope"))


def test_a_space_parts_chinese_from_letters_and_digits() -> None:
    found = [
        f"{one.where}: {hit.group()} in {one.words[:60]}"
        for one in everything()
        if one.language == "zh" and (hit := TIGHT.search(one.words))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("who", "said"), [("Clara", "Clara 做过什么"), ("王芳", "王芳做过什么"), ("A王", "A王做过什么")]
)
def test_a_name_that_is_filled_in_is_parted_by_its_edges(who: str, said: str) -> None:
    assert Text("What {who} did", "{who}做过什么").format(who=who).zh == said


def test_exact_terms_of_the_sources_stay_in_definitions() -> None:
    from regulars.understand.levels.model import MEANING
    from regulars.understand.metrics import service

    assert "购中放弃率" in service.definition("order_abandonment_share").meaning.zh
    assert "客户尖叫" in MEANING.zh


def test_every_event_and_channel_that_we_know_has_a_chinese_name() -> None:
    events = {
        value
        for name, value in vars(vocabulary).items()
        if name.isupper() and isinstance(value, str) and value[:1].isupper()
    }
    assert events - vocabulary.TITLES.keys() == set()
    assert set(world.CHANNELS) <= CHANNELS.keys()
    with speaking("zh"):
        assert [channel(one) for one in ("app", "APP", "drone", None)] == [
            "应用", "应用", "drone", "",
        ]  # fmt: skip


def test_the_demo_names_its_sources_and_categories(ws: Workspace) -> None:
    sources = set(CARRIERS)
    for file in (SOURCES / "simulate").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                sources |= {
                    _literal(value)
                    for key, value in pairs
                    if isinstance(key, ast.Constant) and key.value == "source"
                } - {""}
    company.name_words(ws, clock.now())
    assert sources <= adoption.titles(ws, Kind.SOURCE).keys()
    assert {one.category for one in PRODUCTS} <= adoption.titles(ws, Kind.CATEGORY).keys()
    company.name_words(ws, clock.now())
    assert adoption.naming(ws, Kind.CATEGORY)("bedding").zh == "床品"
    assert adoption.naming(ws, Kind.CATEGORY)("toys").zh == "toys"


def test_no_template_prints_a_code_of_a_channel_source_or_category() -> None:
    bare = re.compile(r"\{\{\s*\w+(?:\.\w+)*\.(channel|source|category)\s*(?:or [^}]*)?\}\}")
    fine = {"{{ chosen.channel }}", "{{ pickers.scope.channel }}", "{{ key.grants.source }}"}
    """The words of a picker, and what a key was set to."""
    found = [
        f"{file.relative_to(ROOT)}: {hit.group()}"
        for file in sorted(SOURCES.rglob("templates/**/*.html"))
        for hit in bare.finditer(file.read_text("utf-8"))
        if hit.group() not in fine
    ]
    assert found == []
