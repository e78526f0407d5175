"""`/api/v1/radar/…`: what the dimensions are made of, and the benchmarks."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.radar import service

router = APIRouter(prefix="/api/v1/radar", tags=["radar"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class MappingIn(BaseModel):
    """A mapping as TOML, why it changes, and the version it was made from."""

    document: str = Field(min_length=1)
    reason: str
    based_on: int


class BenchmarkIn(BaseModel):
    """A benchmark file: CSV with the columns dimension, value (0 to 100) and perhaps n."""

    csv: str = Field(min_length=1)


@router.get("/mapping", summary="Definition of the dimensions")
def mapping(ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return the dimensions in use as TOML, with its version."""
    return {"version": service.mapping(ws).version, "document": service.document_of(ws)}


@router.put("/mapping", summary="Change the dimensions")
def put_mapping(ws: CurrentWorkspace, caller: Editor, body: MappingIn) -> dict[str, Any]:
    """Save a new version."""
    made = service.save(
        ws, body.document, caller, reason=body.reason, based_on=body.based_on, now=clock.now()
    )
    return {"version": made.version}


@router.get("/benchmarks", summary="Imported benchmarks")
def benchmarks(ws: CurrentWorkspace, _caller: Reader) -> list[dict[str, Any]]:
    """Return each benchmark with its values."""
    made: list[dict[str, Any]] = msgspec.to_builtins(service.benchmarks(ws))
    return made


@router.put("/benchmarks/{name}", status_code=204, summary="Import a benchmark")
def put_benchmark(ws: CurrentWorkspace, caller: Editor, name: str, body: BenchmarkIn) -> Response:
    """Save a benchmark under a name, replacing the earlier one."""
    service.put_benchmark(ws, name, body.csv, caller, now=clock.now())
    return Response(status_code=204)


@router.delete("/benchmarks/{name}", status_code=204, summary="Remove a benchmark")
def delete_benchmark(ws: CurrentWorkspace, caller: Editor, name: str) -> Response:
    """Remove a benchmark."""
    service.drop_benchmark(ws, name, caller)
    return Response(status_code=204)
