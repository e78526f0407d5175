"""Where files are shaped: in memory, and beyond it in the engine's spill place."""

from __future__ import annotations

import msgspec
import pytest

from regulars.kit.errors import Invalid
from regulars.listen.imports.bench import bench
from regulars.store.settings import EngineSettings
from regulars.timeline.workspace import Workspace


@pytest.fixture
def small(ws: Workspace) -> Workspace:
    """A workspace whose engine has 100 MB."""
    ws.settings = msgspec.structs.replace(ws.settings, engine=EngineSettings(memory="100MB"))
    return ws


def test_tables_may_be_larger_than_memory_and_leave_nothing(small: Workspace) -> None:
    with bench(small, share=0.75) as (connection, scratch):
        connection.execute(
            "CREATE TABLE words AS SELECT i, md5(i::VARCHAR) || md5((-i)::VARCHAR) AS word "
            "FROM range(3_000_000) AS numbers(i)"
        )
        spilled = sum(file.stat().st_size for file in scratch.parent.rglob("*") if file.is_file())
        assert spilled > 50_000_000
        found = connection.execute("SELECT count(*), sum(i), min(length(word)) FROM words")
        assert found.fetchone() == (3_000_000, 4_499_998_500_000, 64)
    assert not scratch.exists()
    assert not [file for file in small.spill.folder.rglob("*") if file.is_file()]


def test_what_the_engine_cannot_do_is_told_in_a_sentence(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="do not match"), bench(ws, share=0.75) as (engine, _):
        engine.execute("SELECT no_such_column FROM range(3)")
