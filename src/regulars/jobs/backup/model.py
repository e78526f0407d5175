"""What stands in a backup: a manifest that names every file with its size and checksum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

MANIFEST = "manifest.json"
DATABASE, LAKE = "database", "lake"
FORM = 1
"""Of the manifest; another form is of a newer version."""


class BackupFile(msgspec.Struct, frozen=True):
    """One file of the backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """Written last: a folder without it is no backup."""

    form: int
    made_at: datetime
    regulars: str
    database: str
    """sqlite or postgresql"""
    revision: str
    lake_version: int
    events: int
    """In the lake; what waited in the inbox is in the database."""
    files: dict[str, BackupFile]

    @property
    def bytes(self) -> int:
        """How much all files take."""
        return sum(piece.size for piece in self.files.values())


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup and where it lies."""

    folder: Path
    manifest: Manifest
