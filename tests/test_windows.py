"""Little of the house stands in it twice: windows of six equal code lines are under 1 %."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src" / "regulars"
WINDOW = 6
MOST = 0.01
"""The share of lines that may stand in such a window."""


def code_lines(source: str) -> list[str]:
    """Return the code lines of a module without blanks, comments, docstrings and imports."""
    tree = ast.parse(source)
    left_out = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_docstring(node)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    return [
        line.strip()
        for number, line in enumerate(lines, 1)
        if line.strip() and number not in left_out
    ]


def _is_docstring(node: ast.AST) -> bool:
    alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return alone and isinstance(node.value.value, str)


def windows(lines: list[str]) -> list[tuple[str, ...]]:
    """Return every six lines that follow each other."""
    return [tuple(lines[at : at + WINDOW]) for at in range(len(lines) - WINDOW + 1)]


def repeated(modules: list[list[str]]) -> tuple[int, list[str]]:
    """Return how many lines stand in a window that comes again, and where the longest begin."""
    times = Counter(window for lines in modules for window in windows(lines))
    count, begins = 0, []
    for lines in modules:
        again = [at for at, window in enumerate(windows(lines)) if times[window] > 1]
        count += len({line for at in again for line in range(at, at + WINDOW)})
        begins += [lines[at] for at in again if at - 1 not in again]
    return count, begins


def test_windows_of_six_equal_lines_are_under_one_in_a_hundred() -> None:
    modules = [code_lines(file.read_text("utf-8")) for file in sorted(SOURCES.rglob("*.py"))]
    count, begins = repeated(modules)
    share = count / sum(map(len, modules))
    assert share < MOST, f"{share:.2%} of the lines stand twice, from {sorted(begins)}"


def test_a_line_of_a_window_that_comes_again_is_counted_once() -> None:
    assert repeated([list("abcdefg"), list("xabcdefy")]) == (12, ["a", "a"])
    assert repeated([list("abcde"), list("abcde")]) == (0, [])


def test_imports_comments_and_docstrings_make_no_window() -> None:
    source = '"""What it is."""\nimport os\n\n# why\nx = 1  # more\ny = os\n'
    assert code_lines(source) == ["x = 1", "y = os"]
    assert len(windows(["a"] * 8)) == 3
