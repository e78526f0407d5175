"""Errors of the engine and of the lake that are faults of files, not of ours.

Told by their names, so that nobody has to import an engine to ask.
"""

from __future__ import annotations

from regulars.kit.errors import Unavailable
from regulars.kit.text import Text

ENGINE = ("duckdb", "_duckdb")
OF_FILES = "IOException"
OF_LAKE = "DeltaError"
ENDS = ".parquet"


def told(error: BaseException, *, why: bool = False) -> Unavailable | None:
    """Return the error to tell, None where the lake is not at fault.

    `why` names the file: for who may see folders, not for pages.
    """
    if not of_lake(error):
        return None
    said = str(error).strip().partition("\n")[0]
    en, zh = (f" ({said})", f"（{said}）") if why else ("", "")
    return Unavailable(
        "lake.unreadable",
        Text(
            f"The lake cannot be read{en}: see “regulars doctor --deep”.",
            f"数据湖无法读取{zh}：请运行“regulars doctor --deep”查看。",
        ),
    )


def of_lake(error: BaseException) -> bool:
    """Tell whether a file of the lake is missing, damaged or cannot be understood."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if OF_LAKE in names:
        return True
    engine = type(error).__module__.partition(".")[0] in ENGINE
    return engine and (OF_FILES in names or ENDS in str(error))
