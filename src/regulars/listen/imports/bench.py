"""The engine's connection and scratch folder on which files are read and shaped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from regulars.kit.errors import Invalid, RegularsError, Unavailable
from regulars.kit.text import Text
from regulars.listen.imports import currencies, numbers, signs, times
from regulars.timeline import duck, identity

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from regulars.timeline.workspace import Workspace


@contextmanager
def bench(ws: Workspace, *, share: float) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Give a connection with `share` of the memory and a scratch folder; both go away afterwards.

    Tables lie in memory and go to the engine's spill place where they do not fit, so that a file
    larger than memory can be imported: a database on disk would compress every block as it comes,
    and write all of them once more as it is closed. What the engine cannot do with the files and
    their mapping is Invalid, what it has no room for Unavailable.
    """
    import duckdb

    scratch = ws.spill.place("import")
    scratch.mkdir()
    connection = duck.connect(ws, share=share)
    try:
        identity.register(connection, ws)
        for macros in (signs, currencies, numbers, times):
            macros.register(connection)
        # What moments look like as text must not depend on the zone reports are made in.
        connection.execute("SET TimeZone = 'UTC'")
        yield connection, scratch
    except duckdb.Error as error:
        raise _told(error, isinstance(error, duckdb.OperationalError)) from error
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _told(error: Exception, no_room: bool) -> RegularsError:
    why = str(error).partition("\n")[0]
    if no_room:
        return Unavailable(
            "import.no_resources",
            Text(
                f"There is not enough memory or disk for this import ({why}): free some, raise "
                "engine.memory, or import the file in parts.",
                f"内存或磁盘不足，无法完成导入（{why}）：请释放空间、调大 engine.memory，"
                "或将文件分批导入。",
            ),
        )
    return Invalid(
        "import.engine",
        Text(
            f"Files and field mapping do not match ({why}): look at the file with --preview and "
            "mend the file or the mapping.",
            f"文件与字段映射不匹配（{why}）：请用 --preview 查看文件，并修改文件或字段映射。",
        ),
    )
