"""The preview of every real data set against what its columns truly are, and what it would import.

`truth.csv` names the columns of each file that are its time, customer, order, amount, score (with
its scale), words or place; every other column is none of these.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.listen.imports import library, service
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.guessing import SCORES, TIMES, Guess
from regulars.listen.imports.model import Habits, Recipe
from regulars.listen.imports.preview import Proposal
from regulars.store.settings import Settings
from regulars.timeline.workspace import Workspace
from tests.conftest import SHANGHAI, SMALL

TRUE = {
    **dict.fromkeys((*TIMES, "moment", "year", "month"), "time"),
    **dict.fromkeys(("user", "email", "phone", "openid", "anonymous"), "customer"),
    **dict.fromkeys(SCORES, "score"),
    **{"order_id": "order", "amount": "amount", "text": "words", "place": "place"},
}
"""Role of a guess → what the table calls it; a price is the amount where no other is."""
MEANT_TO_BE_REFUSED = {
    "own-files/csv-shapes/gb.csv": "a day in Chinese numerals",
    "own-files/cut-order-numbers/o.csv": "order numbers that a spreadsheet cut",
    "own-files/day-month/a.csv": "day or month is asked",
    "own-files/day-month/b.csv": "day or month is asked",
    "own-files/day-month/c.csv": "day or month is asked",
    "own-files/excel/merged.xlsx": "the second day is asked",
    "own-files/json/l.jsonl": "lines that are no JSON",
    "own-files/money-spellings/o.csv": "amounts that are asked or are none",
    "own-files/odd-scores/n.csv": "a row with a cell too many",
    "own-files/header-spelling/e.csv": "two columns of NPS are asked",
}
"""Files with rows that no mapping may import, and why."""
MAX_REFUSED = 0.01


def _truth() -> dict[str, dict[str, tuple[str, str]]]:
    table: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    with (Path(__file__).parent / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table[row["file"]][row["column"]] = (row["role"], row["scale"])
    return table


TRUTH = _truth()
FOLDERS = sorted({file.rsplit("/", 1)[0] for file in TRUTH})


Previews = Callable[[str], Proposal]


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Iterator[Previews]:
    """Preview a file of the data sets; once, however many tests look at it."""
    settings = Settings(SHANGHAI, engine=SMALL)
    workspace = init_workspace(tmp_path_factory.mktemp("truth") / "company", settings)

    @cache
    def preview(file: str) -> Proposal:
        habits = Habits(zone="UTC")
        return service.preview(workspace, real_data / file, now=clock.now(), habits=habits)

    yield preview
    workspace.close()


def _called(one: Guess, proposal: Proposal) -> tuple[str, str]:
    """Return what the table would call a guessed column, and its scale."""
    scale = f"{one.scale[0]:g}-{one.scale[1]:g}" if one.scale else ""
    if one.role == "price" and "amount" not in {other.role for other in proposal.columns}:
        return "amount", ""
    role = TRUE.get(one.role, "")
    return role, scale if role == "score" else ""


def _compared(proposal: Proposal, file: str) -> tuple[int, int, list[str], list[str]]:
    """Return right, all, what was missed, and what was wrong and sure."""
    truth = {column: one for column, one in TRUTH[file].items() if one[0]}
    called = {one.header: _called(one, proposal) for one in proposal.columns}
    missed = [f"{file}: {column}" for column, one in truth.items() if called.get(column) != one]
    wrong = [
        f"{file}: {one.header} is no {one.role}"
        for one in proposal.columns
        if one.confidence >= 0.8
        and (role := called[one.header][0])
        and role != truth.get(one.header, ("", ""))[0]
    ]
    return len(truth) - len(missed), len(truth), missed, wrong


@pytest.mark.data
@pytest.mark.parametrize("half", [0, 1])
def test_nine_columns_in_ten_are_what_they_are_and_none_is_surely_wrong(
    previews: Previews, half: int
) -> None:
    right = whole = 0
    missed: list[str] = []
    wrong: list[str] = []
    for file in TRUTH:
        if FOLDERS.index(file.rsplit("/", 1)[0]) % 2 != half:
            continue
        try:
            proposal = previews(file)
        except RegularsError as error:
            missed += [f"{file}: {column} ({error.code})" for column in TRUTH[file]]
            whole += len(TRUTH[file])
            continue
        found = _compared(proposal, file)
        right, whole = right + found[0], whole + found[1]
        missed, wrong = missed + found[2], wrong + found[3]
    assert wrong == []
    assert right >= 0.9 * whole, "\n".join(missed)


@pytest.mark.data
@pytest.mark.parametrize("file", sorted(TRUTH))
def test_the_mapping_it_writes_uses_these_columns_and_refuses_hardly_a_row(
    previews: Previews, ws: Workspace, real_data: Path, file: str
) -> None:
    proposal = previews(file)
    words = library.render(proposal.recipe)
    recipe = library.parse(
        words.replace('occurred_at = ""', "occurred_at = \"moment('2020-03-01')\"")
    )
    # What is asked is answered as the owner of the file would.
    scales = {column: scale for column, (_role, scale) in TRUTH[file].items() if scale}
    answers = {
        question.key: scales[question.field or next(iter(scales))]
        for question in proposal.questions
        if question.key.startswith("scale:")
    }
    habits = Habits(answers=answers)
    outcome = service.import_files(ws, [real_data / file], recipe, now=clock.now(), habits=habits)
    seen = {one.header: TRUE.get(one.role) for one in proposal.columns}
    told = {column for column, (role, _scale) in TRUTH[file].items() if seen.get(column) == role}
    assert [column for column in sorted(told) if not _used(recipe, column)] == []
    counts = outcome.counts
    refused = counts.rejected > MAX_REFUSED * counts.read
    assert refused == (file in MEANT_TO_BE_REFUSED), outcome.reasons
    if not refused:
        assert counts.accepted + counts.duplicates + counts.replaced > 0


def _used(recipe: Recipe, header: str) -> bool:
    """Tell whether an expression of the mapping reads the column."""
    words: list[str] = []
    for table in recipe.tables:
        words += [*table.columns.values(), *table.lines.values(), *table.add.values()]
        words += [*table.group_by, *(map(quote, table.unpivot.items) if table.unpivot else ())]
    for event in recipe.events:
        words += [*event.take.values(), *event.identity.values(), event.when or "", event.id or ""]
        words += map(quote, event.properties)
    names = {header}
    for part in recipe.inputs:
        for key, column in part.columns.items():
            given = () if isinstance(column, str) else column.from_
            if header in ((given,) if isinstance(given, str) else given):
                names.add(key)
    text = " ".join(words)
    return any(
        quote(name) in text or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names
    )
