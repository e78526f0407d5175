"""What tests of sign_in share."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.company.rights.model import Role
from regulars.company.staff.model import Staff
from regulars.store.workspace import Store
from tests.company.cast import hire


@pytest.fixture
def mei(store: Store, noon: datetime) -> Staff:
    return hire(store, "mei", Role.ADMIN, noon)
