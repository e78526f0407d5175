"""The memory that DuckDB may use is read from the settings, or refused."""

from __future__ import annotations

import pytest

from regulars.timeline import duck


def test_the_memory_setting_is_read_or_refused() -> None:
    assert duck.memory_bytes("4GB") == 4_000_000_000
    assert duck.memory_bytes("512 MiB") == 536_870_912
    with pytest.raises(Exception, match="written like"):
        duck.memory_bytes("a lot")
