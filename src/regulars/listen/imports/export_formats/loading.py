"""Reads the export formats, and tells which of them a file is of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from regulars.kit.errors import NotFound
from regulars.kit.headers import fold
from regulars.kit.text import Text
from regulars.listen.imports.model import Bilingual

SHARE = 0.6
"""A file that has this share of a tool's signs is one of its exports."""


class ExportFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tool's export looks like: header → role, and the headers it is known by.

    `about` says how to export; `zone` is where its times are written down, if always the same.
    """

    title: Bilingual
    about: Bilingual
    signs: tuple[str, ...]
    roles: dict[str, str]
    zone: str | None = None
    name: str = ""

    def role_of(self, header: str) -> str | None:
        """Return what a column is by its header, however it is spelled."""
        return self._folded().get(fold(header))

    def _folded(self) -> Mapping[str, str]:
        return {fold(header): role for header, role in self.roles.items()}

    def seen_in(self, headers: Sequence[str]) -> float:
        """Return the share of the tool's signs that a file has."""
        there = {fold(header) for header in headers}
        return sum(fold(sign) in there for sign in self.signs) / len(self.signs)


@cache
def every() -> dict[str, ExportFormat]:
    """Return the formats by name, in the order of their files."""
    return {
        file.stem: msgspec.structs.replace(
            msgspec.convert(tomllib.loads(file.read_text("utf-8")), ExportFormat), name=file.stem
        )
        for file in sorted(Path(__file__).parent.glob("*.toml"))
    }


def get(name: str) -> ExportFormat:
    """Return a format; raises NotFound."""
    export_format = every().get(name)
    if export_format is None:
        raise NotFound(
            "import.export_format",
            Text(f"There is no export format “{name}”.", f"没有导出格式“{name}”。"),
            field="export_format",
        )
    return export_format


def of_file(headers: Sequence[str]) -> ExportFormat | None:
    """Return the format whose signs a file has, if any."""
    shares = {name: one.seen_in(headers) for name, one in every().items()}
    best = max(shares, key=lambda name: shares[name])
    return get(best) if shares[best] >= SHARE else None
