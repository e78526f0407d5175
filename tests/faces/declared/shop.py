"""A shop's stock in a database of its own, for lists that SQL holds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any, Self

import sqlalchemy as sa

TEAS = sa.Table(
    "teas",
    sa.MetaData(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("stock", sa.Integer, nullable=False),
)


class Shop:
    """`teas` as rows of a table in memory; stands for a store."""

    dialect = "sqlite"

    def __init__(self, stocks: Sequence[int]) -> None:
        self.teas = [{"name": f"tea {at:03}", "stock": stock} for at, stock in enumerate(stocks)]
        self.engine = sa.create_engine("sqlite://")
        self.database = self
        TEAS.create(self.engine)
        with self.engine.begin() as connection:
            connection.execute(sa.insert(TEAS), self.teas)

    @contextmanager
    def reading(self) -> Any:
        """One read, as the store's database gives it."""
        with self.engine.connect() as connection:
            yield connection

    def rows(self) -> sa.Select[Any]:
        """All rows."""
        return sa.select(TEAS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.engine.dispose()
