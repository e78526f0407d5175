"""Keys: shown once, recognised by their hash, gone when revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regulars.company.keys import service
from regulars.company.keys.model import KeyRow
from regulars.company.keys.service import KEEP
from regulars.company.rights.model import SHELL, Role
from regulars.kit.errors import Invalid, NotFound, NotSignedIn
from regulars.store import settings
from regulars.store.workspace import Store
from tests.company.cast import plant


def shop(store: Store, now: datetime) -> tuple[KeyRow, str]:
    return service.add_write_key(
        store, SHELL, name="Web shop", source="shop-web", actors=["customer", "system"], now=now
    )


def test_a_write_key_says_its_source_and_actors(store: Store, noon: datetime) -> None:
    _key, secret = shop(store, noon)
    found = service.check_write_key(store, secret, noon)
    assert (found.source, found.actors) == ("shop-web", {"customer", "system"})
    with pytest.raises(NotSignedIn):
        service.check_write_key(store, secret + "x", noon)


def test_keys_of_one_kind_do_not_serve_as_the_other(store: Store, noon: datetime) -> None:
    plant(store, noon)
    _write, write_secret = shop(store, noon)
    _api, api_secret = service.add_api_key(
        store, SHELL, name="Report", role=Role.ANALYST, places=["east"], now=noon
    )
    assert service.check_api_key(store, api_secret, noon).chosen == {"east"}
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            service.check_write_key(store, api_secret, noon)
        with pytest.raises(NotSignedIn):
            service.check_api_key(store, write_secret, noon)


def test_an_api_key_is_for_places_that_there_are(store: Store, noon: datetime) -> None:
    plant(store, noon)
    with pytest.raises(Invalid, match=r"sh-1.+sh-01"):
        service.add_api_key(
            store, SHELL, name="Till", role=Role.MANAGER, places=["east", "sh-1"], now=noon
        )
    assert service.all_keys(store) == []


def test_a_revoked_key_stops_at_once_here_and_soon_in_other_processes(
    store: Store, noon: datetime
) -> None:
    key, secret = shop(store, noon)
    other_process = Store(store.folder, settings.load(store.folder))
    service.check_write_key(other_process, secret, noon)
    service.revoke(store, SHELL, key.id, noon)
    with pytest.raises(NotSignedIn):
        service.check_write_key(store, secret, noon)
    with pytest.raises(NotSignedIn):
        service.check_write_key(other_process, secret, noon + KEEP)
    other_process.close()
    service.revoke(store, SHELL, key.id, noon + timedelta(days=1))
    assert service.all_keys(store)[0].revoked_at == noon
    with pytest.raises(NotFound):
        service.revoke(store, SHELL, "nothing", noon)


@pytest.mark.parametrize("actors", [[], ["robot"], ["customer", "robot"]])
def test_a_write_key_claims_known_actors_only(
    store: Store, noon: datetime, actors: list[str]
) -> None:
    with pytest.raises(Invalid):
        service.add_write_key(store, SHELL, name="x", source="x", actors=actors, now=noon)
