"""A sign-in name is plain."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.company.rights.model import Role
from regulars.kit.errors import Invalid
from regulars.store.workspace import Store
from tests.company.cast import hire


@pytest.mark.parametrize("login", ["", "a", "with space", "semi;colon", "x" * 101])
def test_a_sign_in_name_is_plain(store: Store, noon: datetime, login: str) -> None:
    with pytest.raises(Invalid):
        hire(store, login, Role.AGENT, noon)
