"""The engine reads statuses of orders by the workspace's list, and by what was answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from regulars.kit.headers import UNSEEN as WIDTHLESS
from regulars.kit.headers import WORD as LETTERS
from regulars.kit.text import Text
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.model import Note, Orders
from regulars.listen.imports.questions import checked
from regulars.listen.imports.signs import text
from regulars.listen.statuses.model import TITLES, Standing, Words, spelled

if TYPE_CHECKING:
    import duckdb

LETTER: Final = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", LETTERS)
"""The signs of which words consist, as the engine writes them."""
ANSWER: Final = "status:"
UNSEEN: Final = "unseen"
"""The standing of a word nobody has mapped yet: the order is placed, and it is told."""
NOTE: Final = "status_unseen"
"""The code by which that is told; its examples are the words."""
EXAMPLES = 5


def with_answers(words: Words, answers: Mapping[str, str]) -> Words:
    """Return the list with what was answered (`status:WORD`) above it.

    Raises Invalid for a standing there is not.
    """
    said = {
        spelled(key.removeprefix(ANSWER)): Standing(checked(key, value, list(TITLES)))
        for key, value in answers.items()
        if key.startswith(ANSWER)
    }
    return {**{word: means for word, means in words.items() if word not in said}, **said}


def register(connection: duckdb.DuckDBPyConnection, words: Words) -> None:
    """Give the connection `status_word(x)`, what spellings of a word share, and `order_status(x)`.

    The words of the list go through the same macro, so that they meet what files hold. A blank
    is completed.
    """
    one = f"lower(translate(plain_signs(x), {text(WIDTHLESS)}, ''))"
    parted = f"regexp_replace({one}, '[\\s_\\-]+', '_', 'g')"
    begun = f"regexp_replace({parted}, '(^|[^{LETTER}])_', '\\1', 'g')"
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO status_word(x) AS "
        f"regexp_replace({begun}, '_([^{LETTER}]|$)', '\\1', 'g')"
    )
    spellings = connection.execute(
        "SELECT list_transform(?::VARCHAR[], lambda word: status_word(word))", [list(words)]
    ).fetchone()
    keys = spellings[0] if spellings else []
    means = dict(zip(keys, words.values(), strict=True))
    pairs = ", ".join(f"{text(key)}: {text(standing)}" for key, standing in means.items())
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO order_status(x) AS "
        "CASE WHEN coalesce(status_word(x), '') = '' THEN 'completed' "
        f"ELSE coalesce(map_extract_value(MAP {{{pairs}}}, status_word(x)), '{UNSEEN}') END"
    )


def unseen_notes(
    connection: duckdb.DuckDBPyConnection, table: str, orders: Orders
) -> Iterator[Note]:
    """Tell of status words that nobody mapped: their orders are placed, with so much money."""
    status, amount = quote(orders.status), quote(orders.amount)
    unseen = f"FROM {quote(table)} WHERE order_status({status}) = '{UNSEEN}'"
    words = connection.execute(
        f"SELECT min(trim({status})), count(*), sum(count(*)) OVER () {unseen} "
        f"GROUP BY status_word({status}) ORDER BY 2 DESC, 1 LIMIT {EXAMPLES}"
    ).fetchall()
    if not words:
        return
    money = connection.execute(
        f"SELECT coalesce(_currency, ''), coalesce(sum({amount}), 0) {unseen} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    yield _unseen_note(words, " + ".join(f"{sum_:,.2f} {code}".strip() for code, sum_ in money))


def _unseen_note(words: list[tuple[str, int, int]], money: str) -> Note:
    count = int(words[0][2])
    listed = ", ".join(f"{word} ({n:,})" for word, n, _all in words)
    orders = "1 order" if count == 1 else f"{count:,} orders"
    told = Text(
        f"In a status that nobody mapped: {orders} of {money} in all, {listed}. They count as "
        "placed, not as completed. Say what it means, under Sources › Statuses of orders or by "
        f"`regulars statuses --set '{words[0][0]}=completed'` (or placed, cancelled, refunded, "
        "part_refunded), then import the file again; for one import alone: --answer "
        "status:WORD=completed.",
        f"{count:,} 个订单（合计 {money}）的状态尚未定义：{listed}。"
        "目前按“已下单”处理，不计入成交。请在“数据来源 › 订单状态”中定义，或运行 "
        f"`regulars statuses --set '{words[0][0]}=completed'`"
        "（或 placed、cancelled、refunded、part_refunded），然后重新导入该文件；"
        "仅用于一次导入：--answer status:状态=completed。",
    )
    return Note(NOTE, count, told, tuple(word for word, _n, _all in words))
