"""The choice of a place on a page, within the places that its reader sees."""

from __future__ import annotations

from fastapi import Request

from regulars.company.places import service
from regulars.company.rights.model import Scope
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.links import Item, here
from regulars.store.workspace import Store


def choices(
    request: Request, store: Store, scope: Scope, chosen: str | None
) -> tuple[str, tuple[Item, ...]]:
    """Return what the chosen place is called, and all choices with their links to this page."""
    tree = service.visible(store, scope)
    everywhere = _("All places") if scope is None else _("All your places")
    below = (
        ("\u2003" * depth + say(place.name), here(request, place=place.id), place.id == chosen)
        for depth, place in tree.walk()
    )
    every = (everywhere, here(request, place=None), chosen is None)
    return say(tree.name(chosen)) if chosen else everywhere, (every, *below)
