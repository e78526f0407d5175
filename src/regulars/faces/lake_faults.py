"""Errors of the engine and of the lake that are faults of files, not of ours.

Told by their names, so that nobody has to import an engine to ask.
"""

from __future__ import annotations

ENGINE = ("duckdb", "_duckdb")
OF_FILES = "IOException"
OF_LAKE = "DeltaError"
ENDS = ".parquet"


def of_lake(error: BaseException) -> bool:
    """Tell whether a file of the lake is missing, damaged or cannot be understood."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if OF_LAKE in names:
        return True
    engine = type(error).__module__.partition(".")[0] in ENGINE
    return engine and (OF_FILES in names or ENDS in str(error))
