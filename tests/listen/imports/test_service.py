"""Once each: what makes an event itself, what is kept of what was refused, and who is who."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit import clock
from regulars.kit.errors import Conflict, Invalid
from regulars.listen.imports import library, service
from regulars.listen.imports.model import ImportOutcome
from regulars.timeline import identity
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, parquet, recipe, visits, write

HEAD = "who,at,score\n"
ANN = "ann,2026-03-01 10:00,9\n"
BO = "bo,2026-03-02 10:00,3\n"
CY = "cy,2026-03-03 10:00,7\n"


def counts(outcome: ImportOutcome) -> tuple[int, int, int, int]:
    """Return read, accepted, duplicates, repeats."""
    found = outcome.counts
    return found.read, found.accepted, found.duplicates, found.repeats


def test_a_repeat_in_a_file_counts_and_a_longer_export_doubles_nothing(
    ws: Workspace, tmp_path: Path
) -> None:
    assert counts(bring(ws, write(tmp_path, "a.csv", HEAD + ANN + ANN + BO))) == (3, 3, 0, 1)
    assert counts(bring(ws, write(tmp_path, "a.csv", HEAD + ANN + ANN + BO))) == (3, 0, 3, 1)
    longer = write(tmp_path, "b.csv", HEAD + ANN + BO + ANN + ANN + CY)
    assert counts(bring(ws, longer)) == (5, 2, 3, 2)
    assert len(visits(ws)) == 5


def test_repeats_may_be_dropped(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", HEAD + ANN + ANN + BO)
    assert counts(bring(ws, file, given='repeats = "drop"')) == (3, 2, 0, 1)


def test_two_exports_in_one_run_may_overlap(ws: Workspace, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    write(exports, "readme.md", "not for us")
    write(exports, "march.csv", HEAD + ANN + BO)
    write(
        exports, "spring.csv", "score,at,note,who\n3,2026-03-02 10:00,,bo\n7,2026-03-03 10:00,,cy\n"
    )
    outcome = bring(ws, exports)
    assert counts(outcome) == (4, 3, 1, 0)
    assert outcome.ignored == ("readme.md",)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([ANN, BO, CY]), max_size=8), st.integers(0, 8))
def test_any_prefix_first_gives_the_same_timeline(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], cut: int
) -> None:
    from regulars.app import init_workspace

    tellings = []
    for parts in ([rows], [rows[:cut], rows]):
        folder = tmp_path_factory.mktemp("law")
        ws = init_workspace(folder / "company")
        for part in parts:
            bring(ws, write(folder, "a.csv", HEAD + "".join(part)))
        tellings.append(sorted(visits(ws)))
        ws.close()
    assert tellings[0] == tellings[1]
    assert len(tellings[0]) == len(rows)


def test_people_are_the_same_whichever_way_they_come(ws: Workspace, tmp_path: Path) -> None:
    bring(ws, write(tmp_path, "a.csv", HEAD + " ann ,2026-03-01,9\n,2026-03-02,8\n"))
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [row["identity_id"] for row in rows] == [identity.identity_id(ws, "user", "ann"), None]
    bring(ws, parquet(tmp_path, "SELECT 'ann' AS who, TIMESTAMPTZ '2026-03-05 00:00:00Z' AS at"))
    found = ws.query(lambda view: view.events.select("identity_id").distinct()).to_pylist()
    assert len(found) == 2


def test_another_distribution_may_add_a_recipe(ws: Workspace, tmp_path: Path) -> None:
    words = library.render(recipe()).replace('name = "visits"', 'name = "till"', 1)
    library.add(words)
    file = write(tmp_path, "a.csv", HEAD + ANN)
    assert service.import_files(ws, [file], "till", now=clock.now()).counts.accepted == 1
    with pytest.raises(Conflict):
        library.add(words)


def test_an_expression_that_is_no_part_of_the_language_stops_the_run(
    ws: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", HEAD + ANN)
    with pytest.raises(Invalid, match=r"recipe\.expression"):
        bring(ws, file, take=", text = \"read_text('x')\"")
    assert visits(ws) == []
