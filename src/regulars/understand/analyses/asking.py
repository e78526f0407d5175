"""The options of an analysis as the fields of a request: one signature for page and API."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis
from regulars.understand.analyses.options import MAX_LENGTH, STANDARD, Option, Options, read
from regulars.understand.scope.model import EventFilter

Read = Callable[..., dict[str, Any]]
STANDARD_NAMES = frozenset(one.name for one in STANDARD)


def fields(options: tuple[Option, ...], *, strict: bool) -> Read:
    """Return a dependency that reads the options' fields of a query.

    `strict` ones, of the API, refuse what is no choice before the question is asked and say so in
    the document; a page says it in words.
    """

    def given(**values: Any) -> dict[str, Any]:
        sent = {one.name: values[_variable(one)] for one in options}
        if strict:
            return sent
        return {one.name: one.on_page if sent[one.name] in (None, "") else sent[one.name]
                for one in options}  # fmt: skip

    parameters = [_parameter(one, strict) for one in options]
    given.__dict__["__signature__"] = inspect.Signature(parameters)
    return given


def asked(
    request: Request,
    analysis: Analysis,
    caller: Principal,
    given: dict[str, Any],
    *,
    alone: Text | None = None,
) -> Options:
    """Return what a request asks. Raises Invalid for an option that is not honoured.

    What stands `alone`, of that title, honours none.
    """
    wished = {name: request.query_params[name] for name in STANDARD_NAMES
              if name in request.query_params}  # fmt: skip
    before = {one.name: request.query_params[one.formerly] for one in analysis.options
              if request.query_params.get(one.formerly)}  # fmt: skip
    if alone is not None:
        read((), wished, caller.places, of=alone)
        wished = {}
    return read(analysis.options, wished | given | before, caller.places, of=analysis.title)


def event_filter(options: tuple[Option, ...]) -> Callable[..., EventFilter]:
    """Return a dependency of a page beside an analysis: which events are meant."""

    def look(
        caller: Principal = Depends(needs(Right.READ_NUMBERS)),
        given: dict[str, Any] = Depends(fields(options, strict=False)),
    ) -> EventFilter:
        values = {one.name: one.check(given[one.name]) for one in options}
        return Options(values, caller.places).event_filter()

    return look


def _variable(option: Option) -> str:
    return f"option_{option.name}"


def _parameter(option: Option, strict: bool) -> inspect.Parameter:
    kind: Any = option.kind
    if option.choices and strict:
        kind = Literal[tuple(key for key, _title in option.choices)]
    limit: dict[str, Any] = {"max_length": MAX_LENGTH} if kind is str else {}
    if option.bounds is not None and strict:
        limit["ge"], limit["le"] = option.bounds
    where, default = (Path, inspect.Parameter.empty) if option.in_address else (Query, None)
    field = where(alias=option.name, description=option.words.en, **limit)
    annotation: Any = Annotated[kind, field] if option.in_address else Annotated[kind | None, field]
    return inspect.Parameter(
        _variable(option), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
