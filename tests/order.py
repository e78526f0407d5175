"""Which tests run in one process, and which first, where several processes share them.

Files that need the same costly thing, made once in a process (Spark's Java, a large made-up
company), stay together. What takes long comes first, so that at the end nobody waits long.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadFileScheduling

SPARK, BROWSER, SIMULATE = "spark", "tests/browser", "tests/simulate"
LONG = (
    *(SPARK, "tests/listen/imports/test_truth.py", BROWSER, SIMULATE),
    *("tests/listen/imports/test_own_files.py", "tests/jobs/refresh/test_service.py"),
    *("tests/jobs/backup/test_kills.py", "tests/understand/audiences/test_service.py"),
    *("tests/timeline/engine/test_pinned.py", "tests/act/alerts/test_service.py"),
    *("tests/jobs/refresh/test_corrected.py", "tests/understand/audiences/test_analysis.py"),
    *("tests/understand/findings/test_model.py", "tests/test_rights_walk.py"),
    *("tests/test_parts_away.py", "tests/listen/intake/test_kill.py"),
    *("tests/jobs/lanes/test_child.py", "tests/jobs/lanes/test_loop.py"),
    *("tests/understand/levels/test_references.py", "tests/understand/metrics/test_daily.py"),
    *("tests/understand/metrics/test_service.py", "tests/understand/analyses/test_every.py"),
    *("tests/understand/levels/test_service.py", "tests/timeline/test_identity.py"),
    *("tests/listen/imports/test_real_data.py", "tests/listen/imports/test_service.py"),
    *("tests/listen/adoption/test_service.py", "tests/understand/drivers/test_ranking.py"),
    *("tests/understand/drivers/test_service.py", "tests/understand/words/test_rising.py"),
    *("tests/test_app.py", "tests/test_empty_forms.py", "tests/timeline/test_crashes.py"),
    *("tests/timeline/test_reacting_killed.py", "tests/understand/words/test_docs.py"),
)
"""Units of more than 20 s of work, the longest first."""
WITH_SPARK = (
    *("tests/timeline/test_replacing.py", "tests/timeline/engine/test_spark.py"),
    *(
        "tests/understand/audiences/test_measuring.py",
        "tests/understand/complaints/test_queries.py",
    ),
    *("tests/understand/drivers/test_queries.py", "tests/understand/levels/test_reading.py"),
    *("tests/understand/needs/test_queries.py", "tests/understand/words/test_queries.py"),
)


def unit(nodeid: str) -> str:
    """Return what a test belongs to: its file, or the files that share something costly."""
    file = nodeid.partition("::")[0]
    if PurePosixPath(file).name == "test_engines.py" or file in WITH_SPARK:
        return SPARK
    return next((one for one in (BROWSER, SIMULATE) if file.startswith(f"{one}/")), file)


def rank(item: pytest.Item) -> int:
    """Return how early a test comes."""
    mine = unit(item.nodeid)
    return LONG.index(mine) if mine in LONG else len(LONG)


class Scheduling(LoadFileScheduling):
    """Gives each process a unit at a time, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
