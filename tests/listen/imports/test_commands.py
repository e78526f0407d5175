"""Imports by command: what is printed, and the mapping that a preview writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write
from tests.listen.imports.test_api import ORDERS
from tests.listen.imports.test_pages import ANSWERS


def run(ws: Workspace, *words: str) -> Any:
    return CliRunner().invoke(build_cli(), [*words, "--workspace", str(ws.folder)])


def test_import_by_command(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "answers.csv", ANSWERS)
    answer = run(ws, "import", str(file), "--recipe", "survey", "--json")
    told = json.loads(answer.stdout.splitlines()[-1])
    assert (told["read"], told["accepted"], told["rejected"]) == (2, 1, 1)
    assert told["reasons"] == {"out_of_range": 1}
    assert (ws.folder / told["rejects_file"]).is_file()
    again = run(ws, "import", str(file), "--recipe", "survey")
    assert again.exit_code == 0
    assert "Already known" in again.stdout
    listed = json.loads(run(ws, "imports", "--json").stdout)
    assert [one["accepted"] for one in listed] == [0, 1]
    rejects = json.loads(run(ws, "rejects", told["import"], "--json").stdout)
    assert [one["reason"] for one in rejects] == ["out_of_range"]
    saved = tmp_path / "rejects.csv"
    run(ws, "rejects", told["import"], "--csv", str(saved))
    assert "The value lies outside its range." in saved.read_text("utf-8-sig")


def test_a_file_of_which_no_row_could_be_read_is_a_failure_that_names_the_cure(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "orders.csv", ORDERS)
    words = ("import", str(file), "--recipe", "orders", "--zone", "UTC")
    failed = run(ws, *words)
    assert failed.exit_code == 2
    assert "--answer decimal=," in failed.stdout and "--date-format" in failed.stdout
    assert run(ws, *words, "--json").exit_code == 2
    mended = run(ws, *words, "--decimal", ",", "--date-format", "%d_%m_%Y", "--json")
    assert (mended.exit_code, json.loads(mended.stdout)["accepted"]) == (0, 2)


def test_preview_by_command_writes_a_mapping_to_use(ws: Workspace, tmp_path: Path) -> None:
    file, mapping = write(tmp_path, "answers.csv", ANSWERS), tmp_path / "mapping.toml"
    shown = run(ws, "import", str(file), "--preview", "--write", str(mapping))
    assert "recommendation" in shown.stdout
    proposed = json.loads(run(ws, "import", str(file), "--preview", "--json").stdout)
    assert proposed["mapping"] == mapping.read_text("utf-8")
    done = run(ws, "import", str(file), "--map", str(mapping), "--json")
    assert json.loads(done.stdout.splitlines()[-1])["accepted"] >= 1
    by_recipe = run(ws, "import", str(file), "--preview", "--recipe", "survey", "--json")
    assert 'name = "survey"' in json.loads(by_recipe.stdout)["mapping"]
    assert run(ws, "import", str(file)).exit_code != 0
    log = write(tmp_path, "log.jsonl", '{"at":"2010-10-13T11:46:40.020+02:00","who":"a"}\n')
    assert "2010-10-13T11:46:40.020+02:00" in run(ws, "import", str(log), "--preview").stdout
    names = [one["name"] for one in json.loads(run(ws, "recipes", "--json").stdout)]
    assert {"olist", "orders", "tickets", "survey", "events", "xes"} <= set(names)


def test_the_option_that_answers_is_written_as_a_shell_takes_it(
    ws: Workspace, tmp_path: Path
) -> None:
    text = "order_id,Order Date,amount\n1,03/04/2024,5\n"
    shown = run(ws, "import", str(write(tmp_path, "orders.csv", text)), "--preview")
    assert "--answer 'day_month:Order Date=day'" in shown.stdout
    assert "A question about the file has no answer yet." in shown.stdout
