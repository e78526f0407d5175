"""The workspace of a request: what every route of the API and every page takes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from regulars.timeline.workspace import Workspace


def of_request(request: Request) -> Workspace:
    """Return the workspace that the server serves."""
    workspace: Workspace = request.app.state.workspace
    return workspace


CurrentWorkspace = Annotated[Workspace, Depends(of_request)]
"""Annotation of a route's parameter."""
