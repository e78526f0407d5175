"""Do 95 % intervals hold the truth in 95 % of samples? By exact enumeration, no simulation.

Every possible sample is weighed with its probability. The tables of docs/algorithms/intervals.md
are these very numbers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from regulars.kit.stats.nps import nps
from regulars.kit.stats.proportion import wilson

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "intervals.md"
SHARES = (np.arange(2000) + 0.5) / 2000


def wilson_coverage(n: int) -> tuple[float, float, float]:
    """Return mean coverage over all shares, the smallest at any share, and that share.

    Coverage falls only where a limit passes, so the smallest lies beside one of the limits.
    """
    yes = np.arange(n + 1)
    limits = np.array([wilson(int(count), n) for count in yes])
    edges = np.unique(limits)
    beside = np.concatenate([edges - 1e-9, edges + 1e-9])
    beside = beside[(beside > 0) & (beside < 1)]

    def at(shares: np.ndarray) -> np.ndarray:
        chances = stats.binom.pmf(yes[:, None], n, shares[None, :])
        inside = (limits[:, :1] <= shares[None, :]) & (shares[None, :] <= limits[:, 1:])
        return (chances * inside).sum(axis=0)

    worst = at(beside)
    return float(at(SHARES).mean()), float(worst.min()), float(beside[worst.argmin()])


def nps_coverage(n: int, step: float) -> tuple[float, float]:
    """Return mean and smallest coverage over a grid of promoter and detractor shares."""
    grid = np.indices((n + 1, n + 1)).reshape(2, -1)
    up, down = grid[:, grid.sum(axis=0) <= n]
    found = [nps(int(a), int(b), n) for a, b in zip(up, down, strict=True)]
    low = np.array([one.low for one in found]) - 1e-9
    high = np.array([one.high for one in found]) + 1e-9
    ways = gammaln(n + 1) - gammaln(up + 1) - gammaln(down + 1) - gammaln(n - up - down + 1)
    covered = []
    for p in np.arange(step, 1, step):
        for d in np.arange(step, 1 - p - step / 2, step):
            chances = np.exp(
                ways + up * np.log(p) + down * np.log(d) + (n - up - down) * np.log(1 - p - d)
            )
            truth = 100 * (p - d)
            covered.append(float(chances[(low <= truth) & (truth <= high)].sum()))
    return float(np.mean(covered)), float(min(covered))


def table(heading: str) -> dict[int, list[float]]:
    """Read the table under `heading` of the page: first column n, the rest numbers."""
    part = PAGE.read_text("utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    rows = [line.strip("| \n").split("|") for line in part.splitlines() if line.startswith("|")]
    return {int(row[0].replace(",", "")): [float(cell) for cell in row[1:]] for row in rows[2:]}


@pytest.mark.parametrize("n", [10, 20, 50, 100, 1000])
def test_wilson_covers_95_percent_on_average(n: int) -> None:
    mean, smallest, share = wilson_coverage(n)
    sys.stdout.write(
        f"Wilson n={n}: mean {100 * mean:.2f}, minimum {100 * smallest:.2f} at {share:.5f}\n"
    )
    assert 0.94 <= mean <= 0.965
    assert [round(100 * mean, 2), round(100 * smallest, 2)] == table("Shares")[n][:2]


@pytest.mark.parametrize(
    ("n", "step"), [(10, 0.05), (20, 0.05), (50, 0.05), (100, 0.05), (1000, 0.1)]
)
def test_nps_covers_95_percent_on_average(n: int, step: float) -> None:
    mean, smallest = nps_coverage(n, step)
    sys.stdout.write(f"NPS n={n}: mean {100 * mean:.2f}, minimum {100 * smallest:.2f}\n")
    assert 0.94 <= mean <= 0.965
    assert [round(100 * mean, 2), round(100 * smallest, 2)] == table("NPS")[n]
