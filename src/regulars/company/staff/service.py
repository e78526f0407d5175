"""Staff accounts: find, add, change, disable."""

from __future__ import annotations

import sqlalchemy as sa

from regulars.company.staff import queries
from regulars.company.staff.model import Staff


def find(connection: sa.Connection, staff_id: str) -> Staff | None:
    """Return the account with that id, disabled ones too."""
    return queries.by_id(connection, staff_id)
