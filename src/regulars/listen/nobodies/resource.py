"""Values that name no customer: the list, its edits, and where they were met."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from regulars.company.rights.model import Right
from regulars.faces.columns import COUNT, Column
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.formats import author, moment
from regulars.faces.layout import Section
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind
from regulars.listen.nobodies import service
from regulars.listen.nobodies.model import KIND_NAMES, ORIGINS, SHAPES, NobodyValue, Overview
from regulars.timeline.listed import LONGEST

VALUE, KIND = Text("Value", "值"), Text("Kind", "类型")
EVENTS = Text("Events", "事件数")
FIELDS = (
    Field("word", VALUE, hint=Text("The value, such as “walk-in 2”.", "值，例如“散客 2”。"),
          required=True, most=LONGEST, placeholder="walk-in 2", argument=True),
    Field("kind", KIND, "choice", default="any", choices=tuple(KIND_NAMES.items())),
)  # fmt: skip
WORD_AND_KIND = (
    Column(VALUE, "word", long=True),
    Column(KIND, lambda row, _asked: KIND_NAMES[row.kind]),
)


def _overview(asked: Asked) -> Overview:
    return service.overview(asked.store, now=asked.now)


def _add(asked: Asked) -> NobodyValue:
    return service.add(asked.store, asked.caller, asked["kind"], asked["word"], now=asked.now)


def _remove(asked: Asked) -> NobodyValue:
    return service.remove(asked.store, asked.caller, asked["kind"], asked["word"], now=asked.now)


def _undo(asked: Asked) -> NobodyValue:
    """Undo the workspace's own change of a row."""
    kind, _colon, word = asked.row.partition(":")
    own = {(one.kind, one.word): one.origin for one in _overview(asked).words}
    act = service.add if own.get((kind, word)) == "removed" else service.remove
    return act(asked.store, asked.caller, kind, word, now=asked.now)


def _changed_by(row: NobodyValue, _asked: Asked) -> str | None:
    return f"{author(row.edit.changed_by)} · {moment(row.edit.changed_at)}" if row.edit else None


def _source(row: Any, asked: Asked) -> Any:
    return adoption.naming(asked.store, Kind.SOURCE)(row.source) if row.source else None


def _values(asked: Asked) -> dict[str, Any]:
    told = _overview(asked)
    shipped = [one for one in told.words if one.origin == "shipped"]
    by_kind = groupby(shipped, key=lambda one: one.kind)
    return {
        "judged_at": told.judged_at,
        "shipped": [(KIND_NAMES[kind], [one.word for one in words]) for kind, words in by_kind],
        "shapes": SHAPES,
    }


def _of_origin(*origins: str) -> Any:
    return lambda asked: [one for one in _overview(asked).words if one.origin in origins]


DONE = Text(
    "The list is changed; numbers follow with the next refresh.",
    "名单已更改；指标将在下次刷新后更新。",
)
WORDS = (
    *WORD_AND_KIND,
    Column(Text("Meaning", "含义"), lambda row, _asked: ORIGINS[row.origin], wide=True),
)
RESOURCE = Resource(
    name="nobody",
    path="/nobody",
    api="/api/v1/nobody",
    tag="people",
    command="nobody",
    listed="show",
    title=Text("Ignored identifiers", "忽略的标识"),
    question=Text("Which values stand for no customer?", "哪些值不代表任何客户？"),
    brief=Text("Values that stand for no customer", "不代表任何客户的取值"),
    help=Text("Values that name no customer.", "不代表任何客户的值。"),
    section=Section.LISTEN,
    order=14,
    read=Right.READ_SOURCES,
    template="nobodies/list.html",
    values=_values,
    whole=_overview,
    gives=Overview,
    lists=(
        Listing(
            name="found",
            title=Text("Already on the timeline", "时间线上原有的"),
            columns=(*WORD_AND_KIND, Column(EVENTS, "events", COUNT)),
            rows=lambda asked: _overview(asked).found,
            key="word",
        ),
        Listing(
            name="met",
            title=Text("Recently received", "近期收到的"),
            columns=(
                *WORD_AND_KIND,
                Column(Text("Source", "来源"), _source),
                Column(EVENTS, "events", COUNT),
            ),
            rows=lambda asked: _overview(asked).met,
            key="word",
        ),
        Listing(
            name="own",
            title=Text("Your values", "自定义的值"),
            columns=(*WORDS, Column(Text("Changed by", "更改人"), _changed_by, wide=True)),
            rows=_of_origin("added", "removed"),
            key=lambda row: f"{row.kind}:{row.word}",
            empty=Text("Only the built-in list is used so far.", "目前只使用产品自带的列表。"),
        ),
        Listing(
            name="built-in",
            title=Text("Built in", "产品自带"),
            columns=WORDS,
            rows=_of_origin("shipped"),
            key="word",
            rest=True,
        ),
    ),
    forms=(
        Form(
            name="add",
            title=Text("Add a value", "添加一个值"),
            submit=Text("Stands for no customer", "不代表任何人"),
            brief=Text(
                "Let a value stand for no customer, also for events already on the timeline.",
                "让某个值不代表任何人，对时间线上已有的事件同样生效。",
            ),
            right=Right.EDIT_CATALOG,
            fields=FIELDS,
            act=_add,
            done=DONE,
            said=Text("“{word}” now stands for no customer.", "“{word}”现在不代表任何人。"),
            api="POST /add",
            gives=NobodyValue,
            command="add",
        ),
        Form(
            name="remove",
            title=Text("Let a value stand for a customer again", "让某个值重新代表客户"),
            submit=Text("Stands for a customer", "代表客户"),
            brief=Text(
                "Let a value stand for a customer again, also for events already on the timeline.",
                "让某个值重新代表客户，对时间线上已有的事件同样生效。",
            ),
            right=Right.EDIT_CATALOG,
            fields=FIELDS,
            act=_remove,
            done=DONE,
            said=Text("“{word}” stands for a customer again.", "“{word}”重新代表客户。"),
            api="POST /remove",
            gives=NobodyValue,
            command="remove",
        ),
        Form(
            name="undo",
            of_lists=("own",),
            submit=Text("Undo", "撤销"),
            brief=Text("Undo your own change of a value", "撤销对某个取值的更改"),
            right=Right.EDIT_CATALOG,
            act=_undo,
            done=DONE,
        ),
    ),
)
