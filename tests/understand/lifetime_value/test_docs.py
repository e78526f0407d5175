"""The tables of docs/algorithms/lifetime_value.md are what the code gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.timeline.workspace import Workspace
from regulars.understand.lifetime_value import purchasing, service
from regulars.understand.lifetime_value.backtesting import fit_both
from regulars.understand.lifetime_value.model import Histories, Purchasing

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "lifetime_value.md"
ROWS = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| ")]  # fmt: skip
WEEK = 7


def test_expected_purchases_and_chances_of_being_there() -> None:
    model = Purchasing(0.2426, 4.4135, 0.7929, 2.4258)
    rows = [row for row in ROWS if len(row) == 5 and row[0].isdigit()]
    assert len(rows) == 4
    for repeats, last, age, expected, there in rows:
        one = Histories(*(np.array([float(value)]) for value in (repeats, last, age, "0")))
        assert f"{purchasing.expected(model, one, 39.0)[0]:.2f}" == expected
        told = purchasing.alive(model, one.repeats, one.last, one.age)[0]
        assert f"{told:.3f}" == there


@pytest.mark.data
def test_the_parameters_of_cdnow(ws: Workspace, real_data: Path) -> None:
    imports.import_files(ws, [real_data / "cdnow"], "cdnow-sample", now=clock.now())
    found = service.histories_at(ws, None, "USD", date(1997, 9, 30))
    models = fit_both(found)
    assert models is not None
    bought, paid = models
    fitted = {
        "r": f"{bought.model.r:.4f}",
        "alpha": f"{bought.model.alpha / WEEK:.4f}",
        "a": f"{bought.model.a:.4f}",
        "b": f"{bought.model.b:.4f}",
        "log likelihood": f"{bought.log_likelihood + found.repeats.sum() * np.log(WEEK):.2f}",
        "p": f"{paid.model.p:.2f}",
        "q": f"{paid.model.q:.2f}",
        "gamma": f"{paid.model.gamma:.2f}",
    }
    assert fitted == {row[0]: row[2] for row in ROWS if row[0] in fitted}
