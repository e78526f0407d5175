"""The shape of the house: sizes, one-sentence packages, and contracts that can fail."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import grimp
import pytest

from tests.contracts import NounRoles

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src" / "regulars").rglob("*.py"))
MODULE_LINES, FUNCTION_LINES = 400, 60
TESTS, LARGE = ROOT / "tests", 80
TESTS_NAMED, MODULES_TESTED = 0.8, 0.8
DECLARATIONS = {"analysis", "resource"}
BANNED = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_no_module_is_longer_than_400_lines() -> None:
    long = {str(file): len(file.read_text().splitlines()) for file in SOURCES}
    assert {name: size for name, size in long.items() if size > MODULE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = []
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{file}:{node.lineno} {node.name} has {lines} lines")
    assert long == []


def test_packages_hold_one_sentence() -> None:
    wrong = []
    for file in SOURCES:
        if file.name == "__init__.py" and file.parent.name != "regulars":
            body = ast.parse(file.read_text()).body
            if len(body) != 1 or not isinstance(body[0], ast.Expr):
                wrong.append(str(file))
    assert wrong == []


def test_modules_are_named_by_what_they_hold() -> None:
    assert [str(file) for file in SOURCES if file.stem in BANNED] == []


def test_every_public_function_says_what_it_does() -> None:
    silent = []
    for file in SOURCES:
        for node in ast.parse(file.read_text()).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
            if public and ast.get_docstring(node) is None:
                silent.append(f"{file}:{node.lineno} {node.name}")
    assert silent == []


def test_only_the_clock_reads_the_clock() -> None:
    readers = [
        str(file)
        for file in SOURCES
        if file.name != "clock.py"
        and any(words in file.read_text() for words in ("datetime.now(", "date.today(", "utcnow("))
    ]
    assert readers == []


@pytest.mark.parametrize(
    ("importer", "imported", "wrong"),
    [
        ("regulars.listen.imports.queries", "regulars.listen.imports.service", True),
        ("regulars.listen.imports.service", "regulars.listen.imports.queries", False),
        ("regulars.understand.metrics.service", "regulars.listen.catalog.service", False),
        ("regulars.understand.metrics.service", "regulars.listen.catalog.queries", True),
        ("regulars.listen.imports.api", "regulars.timeline.loading", False),
        ("regulars.app", "regulars.listen.intake.committer", False),
    ],
)
def test_the_contract_of_roles_can_break(importer: str, imported: str, wrong: bool) -> None:
    graph = grimp.ImportGraph()
    for module in (importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    contract = NounRoles(
        name="roles",
        session_options={"root_packages": ["regulars"]},
        contract_options={"nouns_of": ["regulars.listen", "regulars.understand"]},
    )
    assert contract.check(graph, verbose=False).kept is not wrong


def tested() -> set[str]:
    """Return the modules that a test file is named after, as `understand/metrics/statistics`."""
    named = (file.relative_to(TESTS).with_suffix("") for file in TESTS.rglob("test_*.py"))
    return {str(one.parent / one.name.removeprefix("test_")) for one in named}


def modules() -> dict[str, int]:
    """Return the lines of every module; migrations are tested by running them all."""
    files = (file for file in SOURCES if "migrations" not in file.parts)
    return {
        str(file.relative_to(ROOT / "src" / "regulars").with_suffix("")): len(
            file.read_text("utf-8").splitlines()
        )
        for file in files
    }


def test_most_test_files_bear_the_name_of_a_module() -> None:
    """The others tell a story of many: a kill, a real data set, a document, every declaration."""
    share = len(tested() & set(modules())) / len(tested())
    assert share >= TESTS_NAMED, f"{share:.1%}"


def test_large_modules_have_a_test_file_of_their_name() -> None:
    """What is declared is tested by one parametrised test, which stands for each declaration.

    `analyses/test_every.py` runs every ANALYSIS through all its faces, `resources/test_every.py`
    every RESOURCE; so they also stand for the modules beside them that derive these faces.
    """
    every = {str(file.parent.relative_to(TESTS)) for file in TESTS.rglob("test_every.py")}
    large = {name for name, lines in modules().items() if lines > LARGE}
    covered = {
        name
        for name in large
        if name in tested()
        or name.rpartition("/")[0] in every
        or name.rpartition("/")[2] in DECLARATIONS
    }
    share = len(covered) / len(large)
    assert share >= MODULES_TESTED, f"{share:.1%}; without: {sorted(large - covered)}"


def test_what_is_committed_tells_nothing_of_the_machine_it_was_made_on() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    telling = ["/" + "root/", "/" + "work/", "index" + "-url", "/simple" + "/"]
    found = []
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if not file.is_file() or "vendor" in name or file.suffix in {".png", ".woff2", ".gz"}:
            continue
        text = file.read_text("utf-8", errors="ignore")
        found += [f"{name}: {word}" for word in telling if word in text]
    assert found == []
