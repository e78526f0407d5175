"""Keep what sources hold of people, show it, compare it, forget it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.kit.errors import Conflict
from regulars.kit.stats.clustered import Clusters, effective_size
from regulars.kit.text import Text
from regulars.listen.profiles import queries
from regulars.listen.profiles.model import Attribute, Consistency, Value, gather
from regulars.listen.profiles.queries import Named
from regulars.timeline import inbox, people
from regulars.timeline.erasure import erasable
from regulars.timeline.identity import known_as
from regulars.timeline.workspace import Workspace

if TYPE_CHECKING:
    from datetime import datetime

VALUES = pa.schema(
    [
        ("person_id", pa.string()),
        ("identity_id", pa.string()),
        ("attribute", pa.string()),
        ("source", pa.string()),
        ("value", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
    ]
)
"""The columns of `values`."""
ADDRESSES = ("email", "phone")
"""Attributes whose value is an identity itself."""


def keep(workspace: Workspace, connection: sa.Connection, values: Iterable[Value]) -> None:
    """Keep values inside the caller's transaction; of each source the newest word counts.

    Left out is what is held of an erased identity, and the e-mail address or phone number of one,
    of whomever it is said.
    """
    queries.keep(connection, _of_nobody_erased(workspace, connection, values))


def _of_nobody_erased(
    workspace: Workspace, connection: sa.Connection, values: Iterable[Value]
) -> Iterable[Value]:
    inbox.lock_inbox(connection)
    if not inbox.any_erased(connection):
        return values
    named = [(value, _identities_named(workspace, value)) for value in values]
    everyone = {one for _value, names in named for one in names}
    erased = inbox.erased_among(workspace, connection, everyone)
    return [value for value, names in named if erased.isdisjoint(names)]


def _identities_named(workspace: Workspace, value: Value) -> list[str]:
    named = [value.identity_id]
    if value.attribute in ADDRESSES and value.value:
        named += known_as(workspace, value.attribute, value.value)
    return named


def correct(
    workspace: Workspace,
    connection: sa.Connection,
    identity: str,
    attribute: str,
    value: str | None,
    *,
    source: str,
    now: datetime,
) -> None:
    """Keep one value that a person at `source` (such as the service desk) wrote down.

    Raises Conflict for what was erased, as `keep` leaves it out.
    """
    values = _of_nobody_erased(
        workspace, connection, [Value(identity, attribute, source, value, now)]
    )
    if not values:
        raise Conflict(
            "profiles.erased",
            Text(
                "This belongs to a person who was erased; it is not kept again.",
                "该信息属于已被清除的客户，不能再次保存。",
            ),
        )
    queries.keep(connection, values)


def of_person(workspace: Workspace, identities: Sequence[str]) -> list[Attribute]:
    """Return the attributes of the person who has these identities."""
    with workspace.database.reading() as connection:
        return gather(queries.of_identities(connection, identities))


def of_people(
    workspace: Workspace, people_identities: Mapping[str, Sequence[str]]
) -> dict[str, list[Attribute]]:
    """Return person → attributes for several people (person → identities) in one read."""
    owner = {one: person for person, ids in people_identities.items() for one in ids}
    values: dict[str, list[Value]] = {person: [] for person in people_identities}
    with workspace.database.reading() as connection:
        for value in queries.of_identities(connection, list(owner)):
            values[owner[value.identity_id]].append(value)
    return {person: gather(held) for person, held in values.items()}


def names(workspace: Workspace, persons: Iterable[str]) -> dict[str, str]:
    """Return person → name, for those of whom some source holds one; for a page of a list."""
    identities = {one: people.identities_of(workspace, one) for one in persons}
    held = of_people(workspace, identities)
    named = {
        person: next((one.value for one in attributes if one.name == "name"), None)
        for person, attributes in held.items()
    }
    return {person: name for person, name in named.items() if name}


def named_like(
    workspace: Workspace,
    words: str,
    limit: int = 50,
    *,
    after: Named | None = None,
    among: Sequence[str] | None = None,
) -> list[Named]:
    """Return whose name contains `words`, width, case and spaces aside, in the order of names.

    Each is (1 where the name begins with the words, else 2; the name, folded; the identity).
    `after` is the last one of the page before; `among` narrows to these identities.
    """
    with workspace.database.reading() as connection:
        return queries.named_like(connection, words, limit, after=after, among=among)


def holding(workspace: Workspace, attribute: str, value: str, limit: int = 50) -> list[str]:
    """Return identities of which some source holds `value`."""
    with workspace.database.reading() as connection:
        return queries.holding(connection, attribute, value, limit)


def known(workspace: Workspace, identities: Sequence[str]) -> set[str]:
    """Return those of the identities of which anything is held."""
    with workspace.database.reading() as connection:
        return {value.identity_id for value in queries.of_identities(connection, identities)}


def addresses(workspace: Workspace) -> pa.Table:
    """Return kind and word of every e-mail address and phone number that is held of anybody."""
    with workspace.database.reading() as connection:
        rows = queries.distinct(connection, ADDRESSES)
    names = ("kind", "word")
    columns = list(zip(*rows, strict=True)) or [(), ()]
    return pa.table([pa.array(one, pa.string()) for one in columns], names)


def held(workspace: Workspace, attribute: str) -> pa.Table:
    """Return identity_id and `folded` of everybody of whom a source holds `attribute`.

    Of several sources the newest word counts.
    """
    with workspace.database.reading() as connection:
        table = queries.everything(connection, attribute)
    ordered = table.sort_by([("identity_id", "ascending"), ("at", "ascending")])
    last = ordered.group_by("identity_id", use_threads=False).aggregate([("folded", "last")])
    return last.rename_columns({"folded_last": "folded"}).select(["identity_id", "folded"])


def shared(
    workspace: Workspace, attribute: str, *, most: int = 5, limit: int = 500
) -> list[list[str]]:
    """Return groups of identities that hold the same value of `attribute`.

    A value that more than `most` identities hold is a placeholder or a shared desk.
    """
    with workspace.database.reading() as connection:
        return queries.shared(connection, attribute, most, limit)


def values(workspace: Workspace) -> Iterator[pa.Table]:
    """Yield every value that is held of anybody, with the person after all links, in portions.

    The columns are those of `VALUES`.
    """
    with workspace.database.reading() as connection:
        folded_people = people.folded(workspace, connection).people
        for part in queries.values(connection, VALUES.remove(0)):
            yield _by_person(part, folded_people).select(VALUES.names)


def stamp(workspace: Workspace) -> tuple[int, datetime | None]:
    """Return what identifies the values that are held."""
    with workspace.database.reading() as connection:
        return queries.stamp(connection)


def information_consistency(workspace: Workspace, among: pa.Array | None = None) -> Consistency:
    """Compare the sources, attribute by attribute, over all people, or those `among` their ids.

    information_consistency_share = attributes held by ≥ 2 sources that agree / attributes held
    by ≥ 2 sources. Values fold (width, case, punctuation) before they are compared; identities
    of one person count together, and of each source its newest word.
    """
    with workspace.database.reading() as connection:
        held = queries.everything(connection)
        folded_people = people.folded(workspace, connection).people
    if held.num_rows == 0:
        return Consistency(0, 0, 0.0)
    values = _by_person(held, folded_people)
    if among is not None:
        values = values.filter(pc.is_in(values.column("person_id"), among))
    return _compare(values)


def _by_person(held: pa.Table, folded_people: pa.Table) -> pa.Table:
    joined = held.join(folded_people, "identity_id")
    person = pc.coalesce(joined.column("person_id"), joined.column("identity_id"))
    return joined.set_column(joined.schema.get_field_index("person_id"), "person_id", person)


def _compare(values: pa.Table) -> Consistency:
    keys = ["person_id", "attribute", "source"]
    newest = values.group_by(keys).aggregate([("at", "max")])
    last = values.join(newest, keys).filter(pc.field("at") == pc.field("at_max"))
    word = last.group_by(keys).aggregate([("folded", "max")])
    pairs = word.group_by(["person_id", "attribute"]).aggregate(
        [("source", "count"), ("folded_max", "min"), ("folded_max", "max")]
    )
    twice = pairs.filter(pc.field("source_count") >= 2)
    agreed = pc.equal(twice.column("folded_max_min"), twice.column("folded_max_max"))
    each = twice.append_column("agreed", agreed.cast(pa.int64())).group_by("person_id")
    each_person = each.aggregate([([], "count_all"), ("agreed", "sum")])
    several, yes = (each_person.column(name).to_numpy() for name in ("count_all", "agreed_sum"))
    clusters = Clusters.of(
        np.arange(len(yes)), several, yes, yes.sum(), single=bool((several == 1).all())
    )
    size = effective_size(clusters, twice.num_rows) if twice.num_rows else 0.0
    return Consistency(int(yes.sum()), twice.num_rows, size)


@erasable("profiles")
def forget(workspace: Workspace, connection: sa.Connection, identities: frozenset[str]) -> int:
    """Delete everything held of the identities."""
    return queries.forget(connection, sorted(identities))
