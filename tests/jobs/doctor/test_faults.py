"""Each fault that a workspace can be found in, planted: the doctor names it, commands say one line.

A row a fault: what is done to a sound workspace, the check that finds it, what it says, and what a
command says that needs what is broken ("" where it works on: the fault does not stand in its way).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regulars import app
from regulars.jobs.doctor import machine, service
from regulars.jobs.doctor.model import Finding, Severity
from regulars.kit import clock
from regulars.timeline import checksums
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN
from tests.timeline.putting_back import empty_database, keep_database, put_database
from tests.timeline.test_lineage import send

Plant = Callable[[Workspace, Path, pytest.MonkeyPatch], None]
GB = 1_000_000_000


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    plant: Plant
    key: str
    seen: str
    command: str = ""
    state: Severity = Severity.BAD
    deep: bool = False
    only: str = ""
    """The database of which alone it can be a fault."""


def entries(ws: Workspace) -> list[Path]:
    return sorted((ws.lake.folder / "_delta_log").glob("*.json"))


def lose_last_entry(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    entries(ws)[-1].unlink()


def cut_log(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    entries(ws)[-2].unlink()


def lose_file(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    next(ws.lake.folder.glob("*.parquet")).unlink()


def damage_file(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    file = next(ws.lake.folder.glob("*.parquet"))
    kept = bytearray(file.read_bytes())
    kept[len(kept) // 3] ^= 1  # one bit
    file.write_bytes(kept)


def swap_key(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    (ws.folder / "secret.key").write_text("ab" * 32 + "\n")


def put_old_database(ws: Workspace, aside: Path, _patch: pytest.MonkeyPatch) -> None:
    kept = keep_database(ws, aside)
    send(ws, ANN, 900)
    flush(ws)
    put_database(ws, kept)


def lose_database(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    empty_database(ws)


def damage_database(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    empty_database(ws)
    assert ws.database.file is not None
    ws.database.file.write_bytes(b"no database " * 1000)
    ws.database.file.chmod(0o600)


def open_folder(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    ws.folder.chmod(0o755)


def open_files(ws: Workspace, _aside: Path, _patch: pytest.MonkeyPatch) -> None:
    (ws.folder / "regulars.toml").chmod(0o644)


def fill_disk(_ws: Workspace, _aside: Path, patch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(100 * GB, 99 * GB, GB // 2)  # type: ignore[attr-defined]
    patch.setattr(machine.shutil, "disk_usage", lambda _folder: full)


FAULTS = {
    "last log entry lost": Fault(
        lose_last_entry, "fit", "the Delta log has lost its last 1 entries", "5 events are missing"
    ),
    "log cut": Fault(cut_log, "lake", "the Delta log was cut", "The Delta log was cut"),
    "file missing": Fault(
        lose_file, "lake", "1 of 3 files are missing or cut short", "The lake cannot be read"
    ),
    "bytes damaged": Fault(damage_file, "bytes", "1 of 3 files are damaged: new-x-", deep=True),
    "foreign key": Fault(swap_key, "fit", "secret.key is not the one", "secret.key is not the one"),
    "old database": Fault(put_old_database, "fit", "the database is older than the lake"),
    "empty database": Fault(
        lose_database, "database", "the database is empty, while the lake holds 15 events"
    ),
    "damaged database": Fault(
        damage_database, "database", "damaged: file is not a database", "file is not a database",
        only="sqlite",
    ),
    "folder open to others": Fault(
        open_folder, "secret", "the folder with the customers' data is not", state=Severity.WARN
    ),
    "files open to others": Fault(open_files, "private", "others on this machine can read"),
    "disk nearly full": Fault(fill_disk, "disk", "500.0 MB free"),
}  # fmt: skip


@pytest.fixture
def sound(ws: Workspace) -> Iterator[Workspace]:
    """A workspace with three flushes of five events."""
    for start in (0, 100, 200):
        send(ws, ANN, *range(start, start + 5))
        flush(ws)
    yield ws
    ws.close()


def bad(found: list[Finding]) -> list[str]:
    return [finding.key for finding in found if finding.state is Severity.BAD]


def test_none_is_found_in_a_sound_workspace(sound: Workspace) -> None:
    found = service.examine(sound.folder, clock.now(), deep=True)
    assert set(bad(found)) <= {"disk"}  # of the machine that tests run on
    seen = {finding.key: finding.seen.en for finding in found}
    assert seen["bytes"] == "3 files read, all whole"
    assert seen["fit"] == "they fit"
    assert seen["private"] == "only their owner's"


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_named_with_what_to_do(
    sound: Workspace, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[name]
    if fault.only not in ("", sound.database.dialect):
        pytest.skip("no fault of this database")
    fault.plant(sound, tmp_path / "aside", monkeypatch)
    sound.close()
    found = service.examine(sound.folder, clock.now(), deep=fault.deep)
    named = {finding.key: finding for finding in found}[fault.key]
    assert fault.seen in named.seen.en
    assert named.state is fault.state
    assert named.advice is not None
    assert named.seen.zh != named.seen.en or name == "disk nearly full"


@pytest.mark.parametrize("name", [name for name in FAULTS if FAULTS[name].command])
def test_a_command_says_one_sentence_of_it(
    sound: Workspace,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fault = FAULTS[name]
    if fault.only not in ("", sound.database.dialect):
        pytest.skip("no fault of this database")
    fault.plant(sound, tmp_path / "aside", monkeypatch)
    sound.close()
    monkeypatch.setattr(sys, "argv", ["regulars", "show", "orders", "-w", str(sound.folder)])
    with pytest.raises(SystemExit) as ended:
        app.main()
    told = capsys.readouterr().err.strip()
    assert fault.command in told
    assert "Traceback" not in told
    assert len(told.splitlines()) == 1
    assert ended.value.code == 3


def test_a_file_of_an_earlier_release_has_no_checksum_and_is_read_through(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksums, "seal", lambda path: path)
    send(ws, ANN, *range(500), text="words of some length")
    flush(ws)
    file = next(ws.lake.folder.glob("*.parquet"))
    assert checksums.intact(file) is None
    assert "bytes" not in bad(service.examine(ws.folder, clock.now(), deep=True))
    kept = bytearray(file.read_bytes())
    kept[200:300] = os.urandom(100)
    file.write_bytes(kept)
    assert "bytes" in bad(service.examine(ws.folder, clock.now(), deep=True))


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_opening_takes_from_others_what_they_could_read(sound: Workspace) -> None:
    files = [sound.folder / "regulars.toml", sound.folder / "secret.key"]
    files += [sound.database.file] if sound.database.file else []
    sound.close()
    for file in files:
        file.chmod(0o644)
    app.open_workspace(sound.folder).close()
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * len(files)
