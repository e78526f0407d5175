"""One company with troubles and one without, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulate.study import Company, company


@pytest.fixture(scope="package")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = company(tmp_path_factory.mktemp("troubled") / "w", troubles=True)
    yield made
    made.ws.close()


@pytest.fixture(scope="package")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = company(tmp_path_factory.mktemp("healthy") / "w", troubles=False)
    yield made
    made.ws.close()
