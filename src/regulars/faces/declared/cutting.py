"""A page of a declared list: searched, sorted and cut, whatever holds its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from regulars.faces.columns import Column, cell_of
from regulars.faces.declared.model import Asked, Listing
from regulars.faces.paging import Page, encode
from regulars.kit import cursors
from regulars.kit.cursors import Key

if TYPE_CHECKING:
    import sqlalchemy as sa


def page_of(listing: Listing, call: Asked, *, size: int, after: Key | None) -> Page[Any]:
    """Return up to `size` rows behind the key `after`; raises NotFound for another list's."""
    rows = listing.rows(call)
    if isinstance(rows, Sequence):
        return _of_sequence(_standing(listing, rows, call), size, after)
    if listing.rank:
        return _of_table(listing, rows, size, after)
    return _of_select(listing, rows, call, size, after)


def every(listing: Listing, call: Asked) -> Iterator[Any]:
    """Yield all rows that are found, for a file."""
    rows = listing.rows(call)
    if isinstance(rows, Sequence):
        yield from _standing(listing, rows, call)
    elif listing.rank:
        for batch in rows.to_batches(max_chunksize=10_000):
            yield from batch.to_pylist()
    else:
        ordered, _keys, _falling = _ordered(listing, rows, call)
        with call.store.database.reading() as connection:
            for row in connection.execute(ordered).mappings():
                yield dict(row)


def sorting(listing: Listing, call: Asked) -> str:
    """Return what a list is sorted by: what is asked for, where it can be, else what holds."""
    wish = str(call["sort"] or "")
    known = {one.key for one in listing.columns if one.key}
    return wish if wish.removeprefix("-") in known else listing.sort


def _standing(listing: Listing, rows: Sequence[Any], call: Asked) -> list[Any]:
    """Return rows of a sequence that the words are in, in the order asked for."""
    words = str(call["q"] or "").casefold().split()
    rows_found = [row for row in rows if _says(listing, row, call, words)] if words else list(rows)
    sort = sorting(listing, call)
    column = next((one for one in listing.columns if one.key == sort.removeprefix("-")), None)
    if column is None or not sort:
        return rows_found
    with_value = [row for row in rows_found if column.of(row, call) is not None]
    without = [row for row in rows_found if column.of(row, call) is None]
    return (
        sorted(with_value, key=lambda row: _order(column, row, call), reverse=sort.startswith("-"))
        + without
    )


def _order(column: Column, row: Any, call: Asked) -> Any:
    value = column.of(row, call)
    return value.casefold() if isinstance(value, str) else value


def _says(listing: Listing, row: Any, call: Asked, words: list[str]) -> bool:
    written = " ".join(cell_of(one, row, call).words for one in listing.columns).casefold()
    return all(word in written for word in words)


def _of_sequence(rows: list[Any], size: int, after: Key | None) -> Page[Any]:
    start = cursors.offset(after)
    more = {"after": encode((start + size,))} if start + size < len(rows) else None
    back = {"after": None} if start else None
    return Page(rows[start : start + size], more, back, len(rows), start + 1)


def _of_table(listing: Listing, table: Any, size: int, after: Key | None) -> Page[Any]:
    from regulars.kit.ranked import part

    ranked = part(table, listing.rank, size=size, after=after)
    more = {"after": encode(ranked.following)} if ranked.following else None
    return Page(ranked.rows, more, {"after": None} if after else None, ranked.total)


def _of_select(
    listing: Listing, rows: sa.Select[Any], call: Asked, size: int, after: Key | None
) -> Page[Any]:
    from regulars.faces.keyset import beyond

    ordered, keys, falling = _ordered(listing, rows, call)
    query = ordered.where(beyond(keys, after, falling=falling)).limit(size + 1)
    with call.store.database.reading() as connection:
        rows_found = [dict(row) for row in connection.execute(query).mappings()]
    last = rows_found[size - 1] if len(rows_found) > size else None
    names = [str(one.key) for one in keys]
    more = {"after": encode(tuple(last[name] for name in names))} if last else None
    return Page(rows_found[:size], more, {"after": None} if after else None)


def _ordered(
    listing: Listing, rows: sa.Select[Any], call: Asked
) -> tuple[sa.Select[Any], list[Any], bool]:
    """Return the rows that the words are in, in their order; its columns; whether it falls."""
    import sqlalchemy as sa

    columns = rows.selected_columns
    # LIKE of SQLite takes either case for one as it is; with lower() it takes three times as long.
    holds = "contains" if call.store.database.dialect == "sqlite" else "icontains"
    for word in str(call["q"] or "").split():
        rows = rows.where(sa.or_(*(getattr(columns[name], holds)(word, autoescape=True)
                                   for name in listing.searched)))  # fmt: skip
    sort = sorting(listing, call) or str(listing.key)
    falling = sort.startswith("-")
    names = dict.fromkeys((sort.removeprefix("-"), str(listing.key)))
    keys = [columns[name] for name in names]
    return rows.order_by(*(key.desc() if falling else key.asc() for key in keys)), keys, falling
