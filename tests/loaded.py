"""What a server or a worker loads before it begins: that from which processes are forked."""

from __future__ import annotations

from regulars import app

app.load_tables()
app._routes()
