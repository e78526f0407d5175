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
    request: Request, store: Store, scope: Scope, chosen: str | list[str] | None
) -> tuple[str, tuple[Item, ...]]:
    """Return what the chosen places are called, and all choices with their links to this page."""
    several = several_of(chosen)
    tree = service.visible(store, scope)
    everywhere = _("All places") if scope is None else _("All your places")
    below = (
        ("\u2003" * depth + say(place.name), here(request, place=place.id), place.id in several)
        for depth, place in tree.walk()
    )
    every = (everywhere, here(request, place=None), not several)
    return ", ".join(say(tree.name(one)) for one in several) or everywhere, (every, *below)


def several_of(chosen: str | list[str] | None) -> list[str]:
    """Return what is chosen: nothing, one or several."""
    return [chosen] if isinstance(chosen, str) else chosen or []
