"""Static files under addresses that change with their content, so that caches may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"


@cache
def fingerprint(path: str) -> str:
    """Return ten digits that stand for the file's content."""
    return hashlib.blake2b((FOLDER / path).read_bytes(), digest_size=5).hexdigest()


def address(path: str) -> str:
    """Return the address of a static file, with its fingerprint."""
    return f"/static/{path}?v={fingerprint(path)}"


class Assets(StaticFiles):
    """Serves the folder; what is asked for by fingerprint may be kept for a year."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with its caching rule."""
        response = await super().get_response(path, scope)
        kept = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = FOREVER if kept else "no-cache"
        return response
