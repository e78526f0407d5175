"""What a process puts aside does not outlive it, and is never taken from a living one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from regulars.app import open_workspace
from regulars.kit import clock
from regulars.store import spill
from regulars.store.spill import FOLDER, Spill
from regulars.timeline import duck, erasure, maintenance
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN

WORDS = "zebra-marker-in-my-own-words"
LIVING = f"""
import sys, time
from pathlib import Path
from regulars.store.spill import Spill
place = Spill(Path(sys.argv[1])).place("import")
place.mkdir()
(place / "work.db").write_text("{WORDS}")
print(place, flush=True)
time.sleep(600)
"""


def another(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that puts words aside; return it, and where."""
    process = subprocess.Popen(
        [sys.executable, "-c", LIVING, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def killed(folder: Path) -> Path:
    """Return where a process that was killed at work has left words."""
    process, place = another(folder)
    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    assert (place / "work.db").read_text() == WORDS
    return place


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / FOLDER).glob("*"))


def test_a_folder_goes_away_with_what_is_in_it(tmp_path: Path) -> None:
    mine = Spill(tmp_path)
    (mine.folder / "file").write_text(WORDS)
    assert mine.place("import") != mine.place("import")
    assert spill.sweep(tmp_path) == 0
    mine.close()
    assert entries(tmp_path) == []


def test_only_what_the_dead_left_is_swept(tmp_path: Path) -> None:
    living, theirs = another(tmp_path)
    left = killed(tmp_path)
    (tmp_path / FOLDER / "duckdb_temp_storage_DEFAULT-0.tmp").write_text(WORDS)
    assert len(spill.left_behind(tmp_path)) == 2
    assert spill.sweep(tmp_path) == 2
    assert theirs.exists() and not left.exists()
    assert len(entries(tmp_path)) == 2  # the living one's folder and lock
    living.terminate()
    living.wait()
    assert living.stdout is not None
    living.stdout.close()
    assert spill.sweep(tmp_path) == 1
    assert entries(tmp_path) == []


def test_opening_cleaning_up_and_erasing_sweep(ws: Workspace) -> None:
    left = killed(ws.folder)
    open_workspace(ws.folder).close()
    assert not left.exists()
    left = killed(ws.folder)
    maintenance.run(ws, now=clock.now(), clean_up=True)
    assert not left.exists()
    left = killed(ws.folder)
    erasure.erase(ws, [ANN], by="dana", now=clock.now())
    assert not left.exists()


def test_folders_made_while_others_sweep_are_kept(tmp_path: Path) -> None:
    """Two threads sweep without pause; whoever begins meanwhile keeps what is theirs."""
    over = threading.Event()

    def sweep() -> None:
        while not over.is_set():
            spill.sweep(tmp_path)

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    made = [Spill(tmp_path) for _ in range(200)]
    over.set()
    for thread in threads:
        thread.join()
    assert spill.sweep(tmp_path) == 0
    assert all(one.folder.is_dir() for one in made)
    for one in made:
        one.close()
    assert entries(tmp_path) == []


def test_two_databases_that_spill_do_not_write_into_each_others_files(ws: Workspace) -> None:
    filled = (
        "CREATE TEMP TABLE filled AS SELECT range AS i, 'xxxxx' || range AS words FROM range({n})"
    )
    first, second = (duck.connect(ws, share=0.12) for _ in range(2))
    for connection, rows in ((first, 9_000_000), (second, 9_000_001)):
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(filled.format(n=rows))
    assert len(list(ws.spill.folder.iterdir())) == 2
    for connection, rows in ((first, 9_000_000), (second, 9_000_001)):
        found = connection.execute("SELECT count(*), sum(i) FROM filled").fetchone()
        assert found == (rows, rows * (rows - 1) // 2)
        connection.close()
    assert list(ws.spill.folder.iterdir()) == []
