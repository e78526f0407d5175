"""Which passwords are refused, with the reason, and which spellings are one."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import passwords, service
from regulars.company.staff import service as staff
from regulars.kit.errors import Invalid
from regulars.store.settings import WorkspaceSettings
from regulars.store.workspace import Store


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "10 to 200"),
        ("x" * 201, "10 to 200"),
        ("aaaaaaaaaaaaaa", "guessed"),
        ("Password123", "guessed"),
        ("WangXiaoming88", "sign-in name"),
        ("xiao ming wang 8", "“Xiaoming Wang”, a name of this company or account"),
        ("Tea&Co. in spring", "“Tea & Co”, a name of this company or account"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        passwords.checked(password, login="wangxiaoming", names=("Xiaoming Wang", "Tea & Co"))


def test_every_door_knows_the_names_of_company_and_owner(store: Store, noon: datetime) -> None:
    named = replace(store.settings, workspace=WorkspaceSettings(name="Jasmine House"))
    house = Store(store.folder, named)
    wang = staff.add(house, SHELL, login="boss", name="Linda Wang", role=Role.AGENT, now=noon)
    code = service.password_link(house, SHELL, wang.id, noon)
    for password in ("jasmine-house 88", "lindawang tulips"):
        first = {"login": "boss2", "name": "Linda Wang", "password": password, "now": noon}
        for door in (
            lambda typed=password: service.set_password(house, SHELL, wang.id, typed, noon),
            lambda typed=password: service.use_link(house, code, typed, noon),
            lambda one=first: service.add_with_password(house, SHELL, role=Role.AGENT, **one),
            lambda one=first: service.make_first_admin(house, language=None, **one),
        ):
            with pytest.raises(Invalid, match="a name of this company or account"):
                door()
    house.close()


def test_two_spellings_of_one_password_are_one() -> None:
    kept = passwords.hashed(passwords.checked("ｃｏｌｄ brew tea"))
    assert passwords.matches(kept, "cold brew tea")
    assert not passwords.matches(kept, "cold brew teA")
    assert not passwords.matches(None, "cold brew tea")
