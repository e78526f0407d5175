"""The rule by which facts about identities become people; pure, on whole columns.

A link rests on itself (staff's word, two spellings of one number), or on something that several
people may share: a device, an e-mail address, a phone number, an id of before. What is shared joins
those who use it only when they can be one person: never two user ids of one source, and never three
or more. Where it cannot, it is *contested*: it joins none of them until staff decide, and is a
person of its own meanwhile. The rule looks at the set of facts only, so no order of arrival
matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FOLDED = pa.schema([("identity_id", pa.string()), ("person_id", pa.string())])
LINKS = pa.schema(
    [
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("through_id", pa.string()),
        ("kind", pa.string()),
    ]
)
USERS = pa.schema([("identity_id", pa.string()), ("source", pa.string())])
MAX_SHARING = 2
"""User ids, each of another source, that may be one person by what they share."""
DEVICES = ("identify", "alias")
"""Kinds of links that rest on a device, or an id of before; others on an address or number."""
ALIAS = "alias"
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Facts:
    """Links that hold, which ids are user ids of which source, and what staff keep apart."""

    links: pa.Table
    users: pa.Table
    apart: pa.Array


@dataclass(frozen=True)
class Fold:
    """Who is who (columns of FOLDED), and the identities that are contested, undecided so far."""

    people: pa.Table
    contested: pa.Array


NOTHING = Fold(pa.Table.from_batches([], FOLDED), pa.nulls(0, pa.string()))


def fold(facts: Facts) -> Fold:
    """Return identity_id → person_id of every linked identity, and what is contested.

    The person's id is the smallest identity of the component.
    """
    if not facts.links.num_rows:
        return NOTHING
    graph = _Graph(facts)
    shared = graph.contested()
    person = graph.people(shared)
    names = graph.names
    members = pa.table({"component": person, "identity": names})
    least = members.group_by("component").aggregate([("identity", "min")]).sort_by("component")
    smallest = least.column("identity_min").combine_chunks()
    people = pa.table([names, smallest.take(pa.array(person))], schema=FOLDED)
    open_ones = shared & ~graph.kept_apart
    through = np.unique(graph.through[open_ones[graph.connector]])
    return Fold(people, names.take(pa.array(through)))


class _Graph:
    """The facts as numbers: groups joined by links that rest on themselves, and shared links.

    A shared link is (connector, member): the group of what is shared, and of who uses it.
    """

    def __init__(self, facts: Facts) -> None:
        links = facts.links
        ends = pa.concat_arrays(
            [links.column(name).combine_chunks() for name in ("left_id", "right_id")]
        ).dictionary_encode()
        self.names: pa.Array = ends.dictionary
        codes = ends.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        left, right = np.split(codes, 2)
        through = _codes(links.column("through_id").combine_chunks(), self.names)
        alias, device = (_one_of(links.column("kind"), kinds) for kinds in ((ALIAS,), DEVICES))
        rests = (through != left) & (through != right)
        weak = ~rests
        member = np.where(through == left, right, left)
        group = components(len(self.names), left[rests], right[rests])
        group = _renamed(group, through[weak], member[weak], alias[weak])
        self.group = group
        self.size = int(group.max()) + 1
        self.through = through[weak]
        self.connector, self.member = group[through[weak]], group[member[weak]]
        self.device = device[weak]
        self.users, self.source = self._users(facts.users)
        self.has_user = np.zeros(self.size, dtype=bool)
        self.has_user[self.users] = True
        self.kept_apart = np.zeros(self.size, dtype=bool)
        apart = _codes(facts.apart, self.names)
        self.kept_apart[group[apart[apart >= 0]]] = True

    def _users(self, users: pa.Table) -> tuple[Codes, Codes]:
        """Return distinct (group, source) pairs."""
        who = _codes(users.column("identity_id").combine_chunks(), self.names)
        named = users.column("source").combine_chunks().dictionary_encode()
        source = named.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        known = who >= 0
        return _pairs(self.group[who[known]], source[known])

    def contested(self) -> Flags:
        """Return which groups are shared by people who cannot be one."""
        between = self.connector != self.member
        device, address = between & self.device, between & ~self.device
        using = self._using(device)
        shared = self.kept_apart | self._cannot_be_one(*using)
        # An address that a device tells is used by whoever uses the device.
        through, devices = self.connector[address], self.member[address]
        joins = ~shared[using[0]]
        told = _joined(through, devices, using[0][joins], using[1][joins])
        direct = self._using(address)
        both = _pairs(np.concatenate([direct[0], told[0]]), np.concatenate([direct[1], told[1]]))
        shared = shared | self._cannot_be_one(*both)
        return shared | self._in_conflict(between, shared)

    def _using(self, some: Flags) -> tuple[Codes, Codes]:
        """Return distinct (connector, group with a user id that uses it), itself included."""
        connector, member = self.connector[some], self.member[some]
        own = _distinct(connector)
        through = np.concatenate([connector, own])
        groups = np.concatenate([member, own])
        users = self.has_user[groups]
        return _pairs(through[users], groups[users])

    def _cannot_be_one(self, through: Codes, groups: Codes) -> Flags:
        """Return which connectors three or more users share, or two user ids of one source."""
        found = np.bincount(through, minlength=self.size) > MAX_SHARING
        found[_twice(*_joined(through, groups, self.users, self.source))] = True
        return found

    def _in_conflict(self, between: Flags, found: Flags) -> Flags:
        """Return connectors of several that would join two user ids of one source by a detour."""
        edges = between & ~found[self.connector]
        connector, member = self.connector[edges], self.member[edges]
        whole = components(self.size, connector, member)
        conflict = np.zeros(self.size, dtype=bool)
        conflict[_twice(whole[self.users], self.source)] = True
        through, _members = _pairs(connector, member)
        several = np.bincount(through, minlength=self.size) + self.has_user > 1
        within: Flags = several & conflict[whole]
        users = np.zeros(self.size, dtype=bool)
        users[connector] = True
        return within & users

    def people(self, contested: Flags) -> Codes:
        """Return the component of each name when what is contested joins nobody."""
        edges = ~contested[self.connector]
        whole = components(self.size, self.connector[edges], self.member[edges])
        return whole[self.group]


def components(size: int, left: Codes, right: Codes) -> Codes:
    """Return the connected component of each of `size` nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left)), (left, right)), shape=(size, size))
    _count, found = connected_components(graph, directed=False)
    return np.asarray(found, dtype=np.int64)


def _renamed(group: Codes, through: Codes, member: Codes, alias: Flags) -> Codes:
    """Return the groups where an id that was renamed once, to one id, is one with that id."""
    before, now = _pairs(group[through[alias]], group[member[alias]])
    once = np.bincount(before, minlength=int(group.max()) + 1)[before] == 1
    whole = components(int(group.max()) + 1, before[once], now[once])
    return whole[group]


def _one_of(values: pa.ChunkedArray, wanted: Sequence[str]) -> Flags:
    """Return which values are among the wanted."""
    found = pc.is_in(values, value_set=pa.array(wanted, pa.string()))
    return np.asarray(found.to_numpy(), dtype=bool)


def _codes(values: pa.Array, names: pa.Array) -> Codes:
    """Return the place of each value among the names, -1 for none."""
    places = pc.fill_null(pc.index_in(values, value_set=names), -1)
    found: Codes = np.array(places.to_numpy(zero_copy_only=False), dtype=np.int64)
    found[values.is_null().to_numpy(zero_copy_only=False)] = -1
    return found


def _pairs(first: Codes, second: Codes) -> tuple[Codes, Codes]:
    """Return the distinct pairs, in order."""
    if not len(first):
        return first, second
    width = int(second.max()) + 1
    keys = _distinct(first * width + second)
    return keys // width, keys % width


def _distinct(values: Codes) -> Codes:
    """Return the distinct values, sorted: of numbers, many times as fast as by hashes."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _twice(first: Codes, second: Codes) -> Codes:
    """Return whatever stands with the same second in several rows."""
    if not len(first):
        return first
    width = int(second.max()) + 1
    keys, times = np.unique(first * width + second, return_counts=True)
    found: Codes = keys[times > 1] // width
    return found


def _joined(left: Codes, key: Codes, other: Codes, value: Codes) -> tuple[Codes, Codes]:
    """Return (left, value) of all rows of the two tables where key = other."""
    order = np.argsort(other, kind="stable")
    other, value = other[order], value[order]
    low, high = np.searchsorted(other, key, "left"), np.searchsorted(other, key, "right")
    counts = high - low
    starts = np.repeat(low, counts)
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(left, counts), value[starts + steps]
