"""What tests of statuses share."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from regulars.app import build_web
from regulars.timeline.workspace import Workspace
from tests.company.cast import plant
from tests.timeline.cast import NOON


@pytest.fixture
def app(ws: Workspace) -> FastAPI:
    plant(ws, NOON)
    return build_web(ws)
