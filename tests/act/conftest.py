"""A post office of each test's own, and a workspace that sends through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.act.messages.post_office import PostOffice, opened, with_mail

from regulars.timeline.workspace import Workspace


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with opened() as made:
        yield made


@pytest.fixture
def sending(ws: Workspace, office: PostOffice) -> Workspace:
    with_mail(ws, office.port)
    return ws
