"""Jinja templates: one compiled environment for all servers of a process, macros at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from regulars.faces import code_words, formats
from regulars.faces.assets import address
from regulars.faces.language import current, fill, gettext, say
from regulars.kit.text import Text

FOLDER = Path(__file__).parent / "templates"
_request: ContextVar[Request | None] = ContextVar("request", default=None)


@cache
def environment(folders: tuple[Path, ...]) -> Environment:
    """Return the environment over the shared templates and those of the nouns.

    What differs between servers and requests is no part of it: it comes from the request under way.
    """
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader([FOLDER, *folders])]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        finalize=_finish,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    environment.globals.update(
        {
            "_": translated,
            "say": say,
            "format": formats,
            "static": address,
            "csrf_token": csrf_token,
            "language_now": current,
            "with_query": with_query,
            "own_path": own_path,
            "may": may,
        }
    )
    environment.filters.update({"say": say, **formats.FILTERS, **code_words.FILTERS})
    environment.globals["parts"] = environment.get_template("parts.html").module
    return environment


def render(request: Request, template: str, context: dict[str, Any]) -> str:
    """Render a template of the request's server."""
    environment: Environment = request.app.state.templates
    with _during(request):
        return environment.get_template(template).render(context)


@contextmanager
def _during(request: Request) -> Iterator[None]:
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def install(app: FastAPI, folders: list[Path]) -> None:
    """Give the server its environment."""
    app.state.templates = environment(tuple(folders))


def translated(message: str, /, **values: object) -> str:
    """Return our words in the current language, with `{name}` filled in, texts as they are said."""
    words = gettext(message)
    said = {name: _finish(value) for name, value in values.items()}
    return fill(words, **said) if said else words


def csrf_token() -> str | None:
    """Return the token of the session under way, or None without a session."""
    request = _request.get()
    return getattr(request.state, "csrf", None) if request else None


def may(right: str) -> bool:
    """Tell whether the caller of the page under way has that right; what it opens is shown then."""
    request = _request.get()
    principal = getattr(request.state, "principal", None) if request else None
    return principal is not None and bool(principal.may(right))


def own_path() -> str:
    """Return the path of the page under way."""
    request = _request.get()
    return request.url.path if request else "/"


def with_query(**changes: object) -> str:
    """Return this page's address with some query fields changed; None takes one away."""
    request = _request.get()
    if request is None:
        return "?"
    gone = [name for name, value in changes.items() if value is None]
    url = request.url.remove_query_params(gone) if gone else request.url
    kept = {name: str(value) for name, value in changes.items() if value is not None}
    url = url.include_query_params(**kept) if kept else url
    return url.path + (f"?{url.query}" if url.query else "")


def _finish(value: Any) -> Any:
    """Print two-language texts in the reader's language, and nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, Text):
        return say(value)
    return value
