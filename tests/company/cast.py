"""Who works at Tea & Co: Mei administers, Wang runs the store in Nanjing Road, Ana counts."""

from __future__ import annotations

from datetime import datetime

from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff
from regulars.kit.text import Text
from regulars.store.workspace import Store

PASSWORD = "green tea in spring"
ONE_STORE = "sh-01"
OTHER_STORE = "bj-01"
TREE = [
    Place("china", Text("China", "中国"), Kind.REGION),
    Place("east", Text("East", "华东"), Kind.REGION, "china"),
    Place(ONE_STORE, Text("Nanjing Road", "南京路店"), Kind.STORE, "east"),
    Place(OTHER_STORE, Text("Wangfujing", "王府井店"), Kind.STORE, "china"),
]


def hire(
    store: Store, login: str, role: Role, now: datetime, places: list[str] | None = None
) -> Staff:
    """Add an account with `PASSWORD`."""
    account = staff.add(
        store, SHELL, login=login, name=login.title(), role=role, places=places, now=now
    )
    sign_in.set_password(store, SHELL, account.id, PASSWORD, now)
    return account


def plant(store: Store, now: datetime) -> None:
    """Make the tree of places."""
    places.replace_all(store, SHELL, TREE, now=now)
