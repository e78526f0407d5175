"""Write the audit log and search it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from regulars.company.audit.model import without_secrets
from regulars.company.audit.tables import audit_entries
from regulars.company.rights.model import Principal
from regulars.kit import clock
from regulars.store.workspace import Store


def record(
    store: Store,
    connection: sa.Connection,
    principal: Principal | None,
    action: str,
    subject: str,
    **details: Any,
) -> None:
    """Note in the caller's transaction that `principal` (None: nobody known) did `action`.

    `action` is noun.verb ("staff.added"). Values that JSON does not know are written as text;
    values under a key that names a secret are hidden.
    """
    connection.execute(
        audit_entries.insert().values(
            at=clock.now(),
            caller_kind=principal.kind if principal else "nobody",
            caller_id=principal.id if principal else "",
            caller_name=principal.name[:200] if principal else "",
            action=action,
            subject=subject[:300],
            details=json.dumps(without_secrets(details), ensure_ascii=False, default=str),
        )
    )
