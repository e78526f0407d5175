"""Words that came in and are not known: listed, taken over or named with one click, undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.company.rights.model import Right
from regulars.faces.columns import COUNT, Column, Format
from regulars.faces.declared.model import Asked, Field, Filter, Form, Listing, Resource
from regulars.faces.formats import author, moment
from regulars.faces.language import say
from regulars.faces.layout import Section
from regulars.kit.text import Text
from regulars.listen.adoption import service
from regulars.listen.adoption.model import FOLDED, KIND_TITLES, LONGEST, Kind, Unknown
from regulars.listen.catalog import service as catalog

KIND, WORD = Text("Kind", "类型"), Text("Word", "词")
TITLE = Text("Words in events", "事件中的词")
KINDS = tuple((kind.value, title) for kind, title in KIND_TITLES.items())
WHEN = Format(lambda value, _result: moment(value), numeric=False)


@dataclass(frozen=True, slots=True)
class Near:
    """A word that is known and near."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class UnknownFacts:
    """A word of events that is not known."""

    kind: Kind
    value: str
    events: int
    last_at: datetime
    near: list[Near]


@dataclass(frozen=True, slots=True)
class AdoptedFacts:
    """A word that was taken over (`meant`) or named (`en`, `zh`), and what that is called."""

    kind: Kind
    value: str
    meant: str | None
    en: str | None
    zh: str | None
    by: str
    at: datetime
    stands_for: Text


def _unknown(asked: Asked) -> list[Unknown]:
    kind = asked["kind"]
    return service.unknown(asked.store, kind=Kind(kind) if kind else None)


def _unknown_facts(row: Unknown) -> UnknownFacts:
    near = [Near(one.key, say(one.title)) for one in row.near]
    return UnknownFacts(row.kind, row.value, row.events, row.last_at, near)


def _adopted(request: Asked) -> list[AdoptedFacts]:
    titles = {
        (kind, one.key): one.title for kind in FOLDED for one in service.knowns(request.store, kind)
    }
    return [
        AdoptedFacts(
            one.kind, one.value, one.meant, one.title.en if one.title else None,
            one.title.zh if one.title else None, one.by, one.at,
            one.title or titles.get((one.kind, one.meant or ""))
            or Text(one.meant or "", one.meant or ""),
        )
        for one in service.adopted(request.store)
    ]  # fmt: skip


def _name(row: Any) -> str:
    return f"{row.kind}:{row.value}"


def _changed_by(row: AdoptedFacts, _asked: Asked) -> str:
    return f"{author(row.by)} · {moment(row.at)}"


def _adopt(request: Asked) -> None:
    """Take a word over as another, where it is said what is meant, else name it."""
    store, kind, value = request.store, Kind(request["kind"]), request["value"]
    if request["meant"] is not None:
        service.take_over(store, request.caller, kind, value, request["meant"], now=request.now)
        return
    en, zh = request["en"], request["zh"]
    title, stage = Text(en or zh, zh or en), request["stage"]
    service.create(store, request.caller, kind, value, title, now=request.now, stage=stage)


def _undo(asked: Asked) -> None:
    kind, _colon, value = asked.row.partition(":")
    kind, value = asked["kind"] or kind, asked["value"] or value
    service.undo(asked.store, asked.caller, Kind(kind), value, now=asked.now)


def _values(asked: Asked) -> dict[str, Any]:
    return {
        "knowns": {kind: service.knowns(asked.store, kind) for kind in FOLDED},
        "stages": catalog.current(asked.store).stages,
    }


RESOURCE = Resource(
    name="words",
    path="/sources/words",
    api="/api/v1/adoption",
    tag="catalog",
    title=TITLE,
    question=Text("Which words are not recognised yet?", "哪些词尚未识别？"),
    brief=Text(
        "Return words in events that are not recognised, with similar ones.",
        "列出事件中尚未识别的词及其相近词。",
    ),
    sub=Text(
        "Events arrived with these words, and no list here contains them. Say what each means, "
        "or give it a name. No event is rewritten: a mapping can be undone.",
        "已收到的事件中含有这些词，但不在任何列表中。请指明其含义或为其命名。"
        "事件本身不会被改写，对应关系可随时解除。",
    ),
    section=Section.LISTEN,
    order=0,
    navigated=False,
    above=((Text("Sources", "数据来源"), "/sources"),),
    read=Right.READ_SOURCES,
    template="adoption/words.html",
    values=_values,
    lists=(
        Listing(
            name="unknown",
            title=TITLE,
            rows=_unknown,
            key=_name,
            search=True,
            filters=(Filter("kind", KIND, KINDS),),
            columns=(
                Column(WORD, "value", key="value", long=True),
                Column(KIND, lambda row, _: KIND_TITLES[row.kind], wide=True),
                Column(Text("Events", "事件数"), "events", COUNT, key="events"),
                Column(Text("Last seen", "最近出现"), "last_at", WHEN, wide=True, key="last_at"),
            ),
            plain=_unknown_facts,
            gives=list[UnknownFacts],
        ),
        Listing(
            name="adopted",
            title=Text("Mapped and named", "已对应与已命名"),
            rows=_adopted,
            key=_name,
            search=True,
            columns=(
                Column(WORD, "value", key="value", long=True),
                Column(KIND, lambda row, _: KIND_TITLES[row.kind], wide=True),
                Column(Text("Stands for", "代表"), "stands_for", long=True),
                Column(Text("Changed by", "更改人"), _changed_by, wide=True),
            ),
            gives=list[AdoptedFacts],
            api="/adopted",
        ),
    ),
    forms=(
        Form(
            name="adopt",
            of_lists=("unknown",),
            submit=Text("Map", "对应"),
            brief=Text("Map a word to another, or name it.", "将词对应到已知词，或为其命名。"),
            right=Right.EDIT_CATALOG,
            act=_adopt,
            fields=(
                Field("kind", KIND, "choice", required=True, choices=KINDS),
                Field("value", WORD, "hidden", required=True, most=LONGEST),
                Field("meant", Text("It means", "等同于"), most=LONGEST),
                Field("en", Text("English name", "英文名称"), default="", most=LONGEST),
                Field("zh", Text("Chinese name", "中文名称"), default="", most=LONGEST),
                Field("stage", Text("Stage", "阶段"), most=100),
            ),
            done=Text(
                "The word is recognised now, in events already received and those to come.",
                "该词现已识别，对已有和今后的数据同样生效。",
            ),
            api="PUT ",
            status=204,
        ),
        Form(
            name="undo",
            of_lists=("adopted",),
            submit=Text("Undo", "撤销"),
            brief=Text("Undo a mapping, or remove a name.", "解除对应，或移除名称。"),
            right=Right.EDIT_CATALOG,
            act=_undo,
            fields=(
                Field("kind", KIND, "choice", choices=KINDS),
                Field("value", WORD, "hidden", most=LONGEST),
            ),
            done=Text(
                "The mapping is undone: the word stands for itself again.",
                "已解除对应，该词恢复为原样。",
            ),
            api="DELETE ",
            status=204,
        ),
    ),
)
