"""Files that came by upload: kept until their import ends, then gone."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.model import Recipe
from regulars.store.workspace import Store

FOLDER = "uploads"
CHUNK = 1 << 20
Sent = tuple[str, BinaryIO]
"""A file's name as the sender knows it, and its bytes."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that waits to be carried out."""

    id: str
    recipe: Recipe
    paths: tuple[Path, ...]
    names: dict[Path, str]
    uploaded: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """Uploaded files before their run has an id."""

    folder: Path
    names: dict[Path, str]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files in the order they came."""
        return tuple(self.names)

    def forget(self) -> None:
        """Delete them."""
        shutil.rmtree(self.folder, ignore_errors=True)


def keep(store: Store, sent: Sequence[Sent]) -> Kept:
    """Write what was sent to disk; raises Invalid when nothing was."""
    if not sent:
        raise Invalid(
            "import.no_upload", Text("Choose a file first.", "请先选择文件。"), field="files"
        )
    folder = store.folder / FOLDER / f"new-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    names: dict[Path, str] = {}
    for index, (name, stream) in enumerate(sent):
        path = folder / str(index)
        with path.open("wb") as target:
            shutil.copyfileobj(stream, target, CHUNK)
        names[path] = Path(name.replace("\\", "/")).name or f"upload-{index}"
    return Kept(folder, names)


def settle(store: Store, kept: Kept, run: Prepared) -> Prepared:
    """Move the files to the folder of their run."""
    final = store.folder / FOLDER / run.id
    kept.folder.rename(final)
    names = {final / path.name: name for path, name in kept.names.items()}
    return replace(run, paths=tuple(names), names=names, uploaded=True)


def prepared(store: Store, run_id: str, recipe: Recipe, names: Sequence[str]) -> Prepared | None:
    """Return the run with its files, or None when they are gone."""
    folder = store.folder / FOLDER / run_id
    found = {folder / str(index): name for index, name in enumerate(names)}
    if not all(path.is_file() for path in found):
        return None
    return Prepared(run_id, recipe, tuple(found), found, uploaded=True)


def discard(store: Store, run_id: str) -> None:
    """Delete the files of one run."""
    shutil.rmtree(store.folder / FOLDER / run_id, ignore_errors=True)


def discard_all(store: Store) -> None:
    """Delete every file that waits."""
    shutil.rmtree(store.folder / FOLDER, ignore_errors=True)
