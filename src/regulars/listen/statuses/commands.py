"""`regulars statuses`: what the words of order statuses mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from regulars.company.rights.model import SHELL
from regulars.faces.command import WorkspaceFolder, out, table
from regulars.faces.formats import author, moment
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.statuses import service
from regulars.listen.statuses.model import TITLES, Standing, Word
from regulars.timeline.workspace import Workspace

Opens = Callable[[Path], Workspace]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `statuses`."""

    @app.command()
    def statuses(
        given: Annotated[
            list[str] | None,
            typer.Option("--set", metavar="WORD=MEANING", help="What a status means from now on."),
        ] = None,
        back: Annotated[
            list[str] | None,
            typer.Option("--reset", metavar="WORD", help="Remove your own meaning of a status."),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """List what order statuses mean, or change the meaning of one."""
        ws = opens(workspace)
        for word, meaning in [_parted(one) for one in given or ()]:
            _told(service.set_meaning(ws, SHELL, word, meaning, now=clock.now()))
        for word in back or ():
            _taken_back(word, service.reset(ws, SHELL, word))
        if as_json:
            typer.echo(msgspec.json.encode(service.overview(ws)).decode())
        elif not given and not back:
            _print(service.overview(ws))


def _parted(pair: str) -> tuple[str, str]:
    word, sign, meaning = pair.rpartition("=")
    if not sign:
        text = Text(
            f"“{pair}” is no pair: write --set WORD=MEANING, such as --set 已核销=completed.",
            f"“{pair}”格式不对：请写作 --set 状态=含义，例如 --set 已核销=completed。",
        )
        raise Invalid("status.pair", text, field="set")
    return word, meaning.strip()


def _told(one: Word) -> None:
    said = _("“{word}” now means {meaning}: {title}. Import the file of earlier orders again.")
    out.print(
        said.format(word=one.word, meaning=one.meaning, title=say(TITLES[one.meaning])),
        markup=False,
    )


def _taken_back(word: str, one: Word | None) -> None:
    if one is None:
        out.print(_("“{word}” no longer has a meaning.").format(word=word), markup=False)
    else:
        _told(one)


def _print(words: Sequence[Word]) -> None:
    own = [one for one in words if one.changed_at is not None]
    if own:
        shown = table(_("Your statuses"), _("Meaning"), _("Built in"), _("Changed by"))
        for one in own:
            by = f"{author(one.changed_by)} · {moment(one.changed_at)}"
            shown.add_row(escape(one.word), one.meaning, one.shipped or "", escape(by))
        out.print(shown)
    shown = table(_("Meaning"), _("Built-in statuses"))
    for meaning in Standing:
        listed = [one.word for one in words if one.meaning == meaning and one.changed_at is None]
        shown.add_row(f"{meaning}\n{say(TITLES[meaning])}", " · ".join(listed))
    out.print(shown)
    out.print(_("Change one: regulars statuses --set WORD=MEANING; undo: --reset WORD"))
