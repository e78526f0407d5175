"""Find the resources that nouns declare, on every floor, and act by their forms."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from regulars.faces.declared import cutting
from regulars.faces.declared.model import Asked, Form, Resource
from regulars.kit import registry

FLOORS = ("company", "listen", "understand", "act", "prove", "assist", "jobs")
ROLE = "resource"


@cache
def every() -> tuple[Resource, ...]:
    """Return all resources that are declared, in the order of their addresses."""
    modules = [
        module
        for floor in FLOORS
        if find_spec(f"regulars.{floor}")
        for module in registry.import_roles(f"regulars.{floor}", ROLE)
    ]
    resources = [one for module in modules for one in of(module)]
    return tuple(sorted(resources, key=lambda one: one.path))


def of(module: ModuleType) -> tuple[Resource, ...]:
    """Return the resources that a noun declares: its `RESOURCES`, else its `RESOURCE`."""
    found: tuple[Resource, ...] = getattr(module, "RESOURCES", ())
    return found or (module.RESOURCE,)


def plain(resource: Resource, call: Asked) -> Any:
    """Return what programs get of a resource: the whole of it, or the rows of its first list."""
    if resource.whole is not None:
        return resource.whole(call)
    listing = resource.lists[0]
    return [listing.plain(row) for row in cutting.every(listing, call)]


def take(form: Form, call: Asked) -> Any:
    """Do what a form is for. Raises NotAllowed for a caller without its right, else what it does.

    A route has asked for the right already; a command's caller has every right.
    """
    call.caller.require(form.right)
    return form.act(call)
