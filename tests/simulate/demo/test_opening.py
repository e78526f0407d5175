"""A demo is used again, finished where it was cut off, and leaves other folders alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars import app
from regulars.kit.errors import Conflict
from regulars.simulate.demo import service
from tests.simulate.demo.conftest import NOW, made
from tests.simulate.demo.test_service import count


def test_it_is_used_again(folder: Path) -> None:
    before = service.found(folder)
    ws = made(folder)
    assert service.found(folder) == before
    assert before is not None
    assert count(ws) == before.events
    ws.close()


def test_one_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    wanted = service.planned(300, 3, NOW)
    ws = app.init_workspace(tmp_path / "cut", service.settings("en"))

    def cut_off(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.make(ws, wanted, language="en", now=NOW, watch=cut_off)
    ws.close()
    ws = made(tmp_path / "cut")
    demo = service.found(tmp_path / "cut")
    assert demo is not None
    assert demo.made
    assert demo.customers == 300
    assert count(ws) == demo.events
    ws.close()


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    app.init_workspace(tmp_path / "real").close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear Ann")
    for name in ("real", "other"):
        with pytest.raises(Conflict) as refused:
            made(tmp_path / name)
        assert refused.value.code == "demo.not_a_demo"
    assert service.found(tmp_path / "new") is None
