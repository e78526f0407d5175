"""What a demo workspace remembers of itself."""

from __future__ import annotations

from datetime import datetime

import msgspec

FILE = "demo.json"
LOGIN, STORE_LOGIN = "demo", "store"
CUSTOMERS, SEED = 20_000, 20


class Demo(msgspec.Struct, frozen=True):
    """`demo.json` beside `regulars.toml`: how the company was made, and how to sign in.

    `made` stays false until every block is loaded. The password is this workspace's own; the file
    is readable by its owner only.
    """

    customers: int
    seed: int
    now: datetime
    troubles: bool
    password: str
    made: bool = False
    events: int = 0
    orders: int = 0
