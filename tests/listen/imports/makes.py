"""Small recipes and files for tests of imports."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.listen.imports.model import Habits, ImportOutcome
from regulars.timeline.workspace import Workspace

BASIC = """
name = "visits"
title = { en = "Visits", zh = "到店" }
about = { en = "For tests.", zh = "测试用。" }
zone = "Asia/Shanghai"

[[inputs]]
name = "rows"
{input}
[inputs.columns]
who = "text"
at = {{ type = "moment", required = true {moment} }}
score = {{ type = "number", minimum = 0, maximum = 10, optional = true {number} }}
{columns}

[[events]]
key = "visit"
from = "rows"
set = {{ name = "Store Visited" }}
take = {{ occurred_at = "at", score = "score" {take} }}
identity = {{ user = "who" }}
"""


def recipe(
    *, given: str = "", moment: str = "", number: str = "", columns: str = "", take: str = ""
) -> Any:
    """Return a small recipe of visits with a score."""
    words = BASIC.replace("{ en", "{{ en").replace('" }\nabout', '" }}\nabout')
    words = words.replace('测试用。" }', '测试用。" }}')
    return library.parse(
        words.format(input=given, moment=moment, number=number, columns=columns, take=take)
    )


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a file, gzipped when its name says so."""
    file = folder / name
    content = text.encode() if isinstance(text, str) else text
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return file


def bring(ws: Workspace, file: Path, *, zone: str | None = None, **options: Any) -> ImportOutcome:
    """Import a file by the small recipe."""
    habits = Habits(zone=zone)
    return service.import_files(ws, [file], recipe(**options), now=clock.now(), habits=habits)


def visits(ws: Workspace) -> list[tuple[str, float | None]]:
    """Return time (UTC, to the minute) and score of every event, in the order of rows."""
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    return [(row["occurred_at"].strftime("%Y-%m-%d %H:%M"), row["score"]) for row in rows]


def reasons(ws: Workspace, outcome: ImportOutcome) -> list[tuple[int, str | None, str, str | None]]:
    """Return row, field, reason and value of every reject."""
    found = service.every_reject(ws, outcome.run_id)
    return [(one.row, one.field, one.reason, one.value) for one in found]


def parquet(folder: Path, select: str, name: str = "visits.parquet") -> Path:
    """Write the rows of a query as Parquet."""
    file = folder / name
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{file}' (FORMAT parquet)")
    return file


def chinese_orders(folder: Path, count: int = 3000) -> tuple[Path, Decimal, Decimal, int]:
    """Write a shop's export in GBK; return it, gross, refunds (both to the cent), completed orders.

    One to three lines an order, ￥ before amounts, every 20th order cancelled, 6 of 100 refunded.
    """
    rows = ["订单编号,会员号,下单时间,商品名称,数量,实付金额,订单状态"]
    gross, refunds, completed = Decimal(0), Decimal(0), 0
    for number in range(count):
        status = "交易关闭" if number % 20 == 0 else "交易成功"
        status = "退款成功" if number % 100 in (1, 18, 35, 52, 69, 86) else status
        lines = [
            Decimal(1999 + 37 * number % 50_000 + line) / 100 for line in range(number % 3 + 1)
        ]
        for line, amount in enumerate(lines):
            day = f"2024/3/{number % 28 + 1} 下午 {number % 11 + 1}:05:00"
            rows.append(
                f"20240301{number:08d},会员{number % 700},{day},商品{line},1,￥{amount},{status}"
            )
        if status != "交易关闭":
            gross, completed = gross + sum(lines), completed + 1
        if status == "退款成功":
            refunds += sum(lines)
    file = folder / "订单.csv"
    file.write_bytes("\r\n".join(rows).encode("gbk"))
    return file, gross, refunds, completed
