"""The mapping that ships has ten dimensions; a wrong one is refused, and versions are restored."""

from __future__ import annotations

import pytest
from tests.understand.radar.test_comparing import MINE
from tests.understand.radar.test_service import NOW

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid
from regulars.timeline.workspace import Workspace
from regulars.understand.radar import document, service
from regulars.understand.radar.model import (
    EXPERIENCE,
    RADAR,
)


def test_ten_dimensions_and_five_beside_them_ship() -> None:
    mapped = document.read(document.default_document())
    assert [len(mapped.of(RADAR)), len(mapped.of(EXPERIENCE))] == [10, 5]
    first = [one.key for one in mapped.of(RADAR)][:3]
    assert first == ["response_speed", "problem_resolution", "personalisation"]


@pytest.mark.parametrize(
    "change",
    [
        ('questions = ["ease"]', "questions = []"),
        ("target = 60", "target = 160"),
        ('key = "ease"', 'key = ""'),
        ("[[dimension]]", "[[dimension"),
    ],
)
def test_a_wrong_mapping_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        document.read(MINE.replace(*change))


def test_versions_are_kept_and_restored(ws: Workspace) -> None:
    service.save(ws, MINE, SHELL, reason="ours", based_on=0, now=NOW)
    with pytest.raises(Conflict):
        service.save(ws, MINE, SHELL, reason="again", based_on=0, now=NOW)
    with pytest.raises(Invalid):
        service.save(ws, MINE, SHELL, reason=" ", based_on=1, now=NOW)
    assert len(service.mapping(ws).dimensions) == 1
    service.restore(ws, 0, SHELL, now=NOW)
    assert len(service.mapping(ws).dimensions) == 15
    assert [version.number for version in service.versions(ws)] == [2, 1]
