"""Names say what a value is, not when it was obtained; a class name to one noun of a floor."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from pathlib import Path

from tests.name_scopes import Reader

SOURCES = Path(__file__).resolve().parents[1] / "src" / "regulars"
PASSING = frozenset({"found", "one", "made", "told", "known", "asked", "kept", "beside"})
"""Words that are clear where they are bound, and nowhere else."""
REACH = 5
"""Lines after a name was bound within which such a word may be read."""
SHARED = 5
"""Class names of more than two nouns there must be fewer of than this."""


def far(source: str) -> list[str]:
    """Return the passing words that are read far from where they are bound, with their lines."""
    return [
        f"{places[0].line} {name}"
        for scope in Reader(ast.parse(source)).scopes
        if not isinstance(scope.node, ast.Module | ast.ClassDef)
        for name, places in scope.bound.items()
        if name in PASSING and scope.span(name) > REACH
    ]


def test_passing_words_name_nothing_that_is_read_far_from_where_it_is_bound() -> None:
    files = [(str(file.relative_to(SOURCES)), file) for file in sorted(SOURCES.rglob("*.py"))]
    wrong = [f"{name}:{where}" for name, file in files for where in far(file.read_text("utf-8"))]
    assert wrong == []


def nouns_of_classes() -> dict[str, set[tuple[str, str]]]:
    """Return the nouns, as (floor, noun), that declare each public class name."""
    nouns = defaultdict(set)
    for file in sorted(SOURCES.glob("*/**/*.py")):
        floor, noun = file.relative_to(SOURCES).with_suffix("").parts[:2]
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                nouns[node.name].add((floor, noun))
    return nouns


def test_a_class_name_belongs_to_one_noun_of_a_floor() -> None:
    shared = []
    for name, nouns in nouns_of_classes().items():
        floors = Counter(floor for floor, _noun in nouns)
        shared += [f"{name}: {floor} {count}" for floor, count in floors.items() if count > 1]
    assert shared == []


def test_few_class_names_are_shared_by_more_than_two_nouns() -> None:
    shared = {name: sorted(nouns) for name, nouns in nouns_of_classes().items() if len(nouns) > 2}
    assert len(shared) < SHARED, shared


def test_a_word_is_far_when_more_than_five_lines_lie_between() -> None:
    near = "def f(rows):\n    found = [one for one in rows]\n" + "    rows = 1\n" * 4
    assert far(near + "    return found") == []
    assert far(near + "    rows = 1\n    return found") == ["2 found"]
    again = near + "    found = found[:1]\n    rows = 1\n    return found"
    assert far(again) == ["2 found"], "what reads itself is bound no later"
    loop = "def f(rows):\n    for one in rows:\n" + "        rows = 1\n" * 5 + "        rows = one"
    assert far(loop) == ["2 one"]
    inner = "def f(told):\n" + "    told = 2\n" * 6 + "    return lambda: [told for told in told]"
    assert far(inner) == []
