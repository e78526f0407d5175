"""Money as whole minor units with its currency; different currencies are never added."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from regulars.kit.errors import Invalid
from regulars.kit.text import Text

SCALE = 10_000
"""Units per whole currency unit: the lake keeps decimal(18,4)."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`units` ten-thousandths of `currency` (ISO 4217)."""

    units: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Build from a decimal amount, rounding half to even at the fourth place."""
        scaled = (Decimal(amount) * SCALE).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return cls(int(scaled), currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.units + other.units, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.units - other.units, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.units, self.currency)

    @property
    def amount(self) -> Decimal:
        """The amount in whole currency units, exact."""
        return Decimal(self.units) / SCALE

    def split(self, weights: list[int]) -> list[Money]:
        """Split by largest remainder; the parts add up to the whole.

        Raises Invalid when there are no positive weights.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise Invalid("money.weights", Text("Shares must not be negative.", "份额不能为负。"))
        exact = [self.units * weight for weight in weights]
        parts = [share // total for share in exact]
        order = sorted(range(len(weights)), key=lambda i: (-(exact[i] % total), i))
        for index in order[: self.units - sum(parts)]:
            parts[index] += 1
        return [Money(part, self.currency) for part in parts]

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Invalid(
                "money.currencies",
                Text(
                    f"{self.currency} and {other.currency} cannot be added.",
                    f"{self.currency} 与 {other.currency} 不能相加。",
                ),
            )
