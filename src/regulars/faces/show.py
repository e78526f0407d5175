"""`regulars show …`: one command that several nouns share.

A noun adds what it can show: `@show.group(app).command("journey")`. A word that nobody has added
is taken by the command `DEFAULT`, so that `regulars show nps` needs no word in between.
"""

from __future__ import annotations

import typer
from typer.core import TyperGroup

NAME = "show"
DEFAULT = "metric"


class ShowGroup(TyperGroup):
    """A group whose unknown words are arguments of its default command."""

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]
        """Put the default command before a word that is no command."""
        if args and args[0] not in self.commands and DEFAULT in self.commands:
            args = [DEFAULT, *args]
        return super().resolve_command(ctx, args)


def group(app: typer.Typer) -> typer.Typer:
    """Return the group `show` of the command line, made when first asked for."""
    for found in app.registered_groups:
        if found.name == NAME and found.typer_instance is not None:
            return found.typer_instance
    made = typer.Typer(cls=ShowGroup, no_args_is_help=True, help="Numbers with n and interval.")
    app.add_typer(made, name=NAME)
    return made
