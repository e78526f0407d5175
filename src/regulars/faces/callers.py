"""Who calls: asked of the nouns once a request, for routes and for error pages alike."""

from __future__ import annotations

from fastapi import Request

from regulars.faces.language import choose


def recognise(request: Request) -> None:
    """Run the hooks that set `request.state.principal`; the caller's language wins from now on.

    The hooks read the database: call this from a thread, not from the event loop.
    """
    if getattr(request.state, "recognised", False):
        return
    request.state.recognised = True
    for hook in request.app.state.recognise:
        hook(request)
    principal = getattr(request.state, "principal", None)
    if principal is not None and principal.language:
        request.state.language = choose(principal.language)
