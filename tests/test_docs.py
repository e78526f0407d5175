"""The documents say what the code does."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from regulars.timeline import inbox
from regulars.timeline.event import COLUMNS
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON, visits

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = sorted(file.stem for file in (ROOT / "benchmarks").glob("[!_]*.py"))
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_table_of_columns_is_the_schema() -> None:
    text = (ROOT / "docs/concepts/timeline.md").read_text()
    assert tuple(re.findall(r"^\| `(\w+)`", text, re.MULTILINE)) == COLUMNS


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_runs_by_the_command_in_its_first_lines(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    assert f"python -m benchmarks.{name}" in " ".join(str(module.__doc__).splitlines()[:4])
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0 and "usage" in capsys.readouterr().out


@pytest.mark.parametrize("file", DOCS, ids=lambda file: file.name)
def test_links_between_documents_lead_somewhere(file: Path) -> None:
    broken = [
        target
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text())
        if not (file.parent / target).exists()
    ]
    assert broken == []


def test_the_way_of_a_question_names_what_there_is() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("## The way of one question")[2]
    names = re.findall(r"`((?:understand|timeline|faces|kit)\.[\w.]+)`", text)
    assert len(names) > 15
    for name in names:
        assert pkgutil.resolve_name(f"regulars.{name}") is not None


def test_the_notebook_page_runs(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"metric": "csat", "scale_min": 1.0, "scale_max": 5.0, "survey_kind": "transactional"}
    for number in range(40):
        words = {"touchpoint": "checkout", "text": "很好", "language": "zh", "score": 5.0}
        inbox.accept(ws, visits(f"{number:032x}", number, **answer, **words), now=NOON)
    monkeypatch.chdir(ws.folder.parent)
    (ws.folder.parent / "demo").symlink_to(ws.folder)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(), re.S):
        exec(block, names)
    assert names["people"] == 40
    (row,) = names["table"]  # type: ignore[misc]
    assert row[:3] == ({"touchpoint": "checkout"}, 40, 100.0)
    assert names["words"] == [{"language": "zh", "n": 40}]
