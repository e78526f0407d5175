"""The organisation tree: looked through, edited, and every version of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from regulars.company.places import files, service
from regulars.company.places.model import KIND_NAMES, Kind, Place, Tree
from regulars.company.rights.model import Right
from regulars.faces import formats
from regulars.faces.columns import COUNT, MOMENT, Column, Format
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.language import gettext, say
from regulars.faces.layout import Section
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text

Row = tuple[int, Place]
"""A place and how deep in the tree it lies."""
PLACES, ID = Text("Places", "地点"), Text("Id used in events", "事件中使用的编号")
KIND, PARENT = Text("Kind", "类型"), Text("Belongs to", "上级")
OPENED, CLOSED = Text("Opening date", "开业日期"), Text("Closing date", "关闭日期")
NOW = Text("now", "当前")
MAX_BYTES = 4_000_000
DAY = Format(lambda value, _row: formats.day(value) if value else "", numeric=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place; it is open from `opened_on` until before `closed_on`."""

    id: str
    name: Name
    kind: Kind
    parent: str | None
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """The places that the caller sees, parents before what lies below them."""

    version: int
    places: list[PlaceFacts]


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One state of the tree: its number (`version`), and who made it when and why."""

    version: int
    number: int
    at: datetime
    by: str
    verb: str
    subject: str
    newest: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """The version that a change made; the same as before when nothing changed."""

    version: int


def facts(tree: Tree) -> list[PlaceFacts]:
    """Return what is told of a tree's places, parents before what lies below them."""
    return [
        PlaceFacts(
            one.id, Name(one.name.en, one.name.zh), one.kind, one.parent, one.opened_on,
            one.closed_on,
        )
        for _depth, one in tree.walk()
    ]  # fmt: skip


def base(asked: Asked) -> int:
    """Return the version of the tree that the caller sees."""
    return service.current(asked.store)[0]


def _whole(asked: Asked) -> TreeFacts:
    return TreeFacts(base(asked), facts(service.visible(asked.store, asked.caller.places)))


def _versions(asked: Asked) -> list[VersionFacts]:
    newest = base(asked)
    return [
        VersionFacts(one.number, one.number, one.at, one.by, one.verb, one.subject,
                     one.number == newest)
        for one in service.versions(asked.store)
    ]  # fmt: skip


def _place(sent: Asked) -> Place:
    name = files.name_of(sent["en"] or "", sent["zh"] or "", "")
    if not name.en:
        raise Invalid(
            "places.name", Text("Fill in one of the two names.", "请至少填写一个名称。"), field="zh"
        )
    return Place(
        sent.row or sent["id"], name, Kind(sent["kind"]), sent["parent"], sent["opened_on"],
        sent["closed_on"],
    )  # fmt: skip


def _add(asked: Asked) -> int:
    return service.add(asked.store, asked.caller, _place(asked), now=asked.now)


def _change(asked: Asked) -> int:
    service.tree(asked.store).get(asked.row)
    return service.put(asked.store, asked.caller, _place(asked), now=asked.now, base=asked["base"])


def _remove(asked: Asked) -> Changed:
    return Changed(service.remove(asked.store, asked.caller, asked.row, now=asked.now,
                                  base=asked["base"]))  # fmt: skip


def _replace(asked: Asked) -> int:
    sent = asked["file"]
    tree = files.parse(sent.file.read(MAX_BYTES).decode("utf-8", "replace"))
    return service.replace_all(asked.store, asked.caller, tree, now=asked.now,
                               file=sent.filename or "")  # fmt: skip


def _restore(asked: Asked) -> Changed:
    if not asked.row.isdecimal():
        raise NotFound("places.version", Text(f"There is no version {asked.row}.",
                                              f"没有版本 {asked.row}。"))  # fmt: skip
    return Changed(service.restore(asked.store, asked.caller, int(asked.row), now=asked.now,
                                   base=asked["base"]))  # fmt: skip


def _held(row: Row) -> dict[str, Any]:
    place = row[1]
    return {"en": place.name.en, "zh": place.name.zh, "kind": place.kind, "parent": place.parent,
            "opened_on": place.opened_on, "closed_on": place.closed_on}  # fmt: skip


def _parents(asked: Asked) -> list[tuple[str, str]]:
    """Return where the place may hang: anywhere but below itself."""
    tree = service.tree(asked.store)
    below = tree.within([asked.row]) if asked.row else frozenset()
    return [
        (one.id, "\u2003" * depth + say(one.name))
        for depth, one in tree.walk()
        if one.id not in below
    ]


def _closed(row: Row, asked: Asked) -> Text | None:
    today = asked.now.astimezone(asked.store.zone).date()
    return None if row[1].is_open(today) else Text("closed", "已关闭")


def _editing(row: Row, asked: Asked) -> str | None:
    may = asked.caller.may(Right.EDIT_CATALOG)
    return f"/places/one/{quote(row[1].id)}/edit" if may else None


def _what(row: VersionFacts, _asked: Asked) -> str:
    return f"{gettext('places.' + row.verb)} {row.subject}"


COLUMNS = (
    Column(Text("Name", "名称"), "1.name", href=_editing,
           depth=lambda row, _: row[0]),
    Column(KIND, lambda row, _: KIND_NAMES[row[1].kind]),
    Column(ID, "1.id"),
    Column(PARENT, "1.parent", in_file=True),
    Column(OPENED, "1.opened_on", DAY, wide=True),
    Column(CLOSED, "1.closed_on", DAY, wide=True),
    Column(Text("State", "状态"), _closed, mark=lambda row, asked: "warn" if _closed(row, asked)
           else None),
)  # fmt: skip
VALUES = (
    Field(
        "zh",
        Text("Name in Chinese", "中文名称"),
        hint=Text("One of the two names is enough.", "填写其中一个名称即可。"),
        most=200,
    ),
    Field("en", Text("Name in English", "英文名称"), most=200),
    Field(
        "kind",
        KIND,
        "choice",
        default=Kind.STORE,
        choices=tuple((kind.value, name) for kind, name in KIND_NAMES.items()),
    ),
    Field("parent", PARENT, "choice", choices=_parents, placeholder=Text("the top", "（顶层）")),
    Field("opened_on", OPENED, "day"),
    Field("closed_on", CLOSED, "day"),
)
RESOURCE = Resource(
    name="places",
    path="/places",
    api="/api/v1/places",
    title=PLACES,
    question=Text("Where do customers meet us?", "客户在哪里与我们接触？"),
    brief=Text(
        "Return the tree as it is now, as far as the caller sees it.",
        "返回当前的组织树中调用者可见的部分。",
    ),
    section=Section.COMPANY,
    order=10,
    read=Right.READ_NUMBERS,
    template="places/tree.html",
    whole=_whole,
    gives=TreeFacts,
    lists=(
        Listing(
            name="tree",
            title=PLACES,
            rows=lambda asked: list(service.visible(asked.store, asked.caller.places).walk()),
            key=lambda row: row[1].id,
            columns=COLUMNS,
            search=True,
            size=1_000,
            file="places",
            empty=Text(
                "No places yet. Add regions, stores and teams, or send a file; each event may "
                "name one of them.",
                "还没有地点。请添加区域、门店和团队，或上传文件；每个事件可以对应其中一个地点。",
            ),
        ),
    ),
    forms=(
        Form(
            name="new",
            page="/new",
            title=Text("Add a place", "添加地点"),
            submit=Text("Save", "保存"),
            brief=Text("Add a place.", "添加地点。"),
            right=Right.EDIT_CATALOG,
            fields=(Field("id", ID, required=True, most=64, placeholder="sh-01"), *VALUES),
            act=_add,
            done=Text("The place is saved.", "地点已保存。"),
        ),
        Form(
            name="change",
            of_lists=("tree",),
            page="/one/{place_id:path}/edit",
            template="places/edit.html",
            titled=lambda row: row[1].name,
            held=_held,
            base=base,
            submit=Text("Save", "保存"),
            brief=Text("Rename, move or otherwise change a place.", "改名、移动或修改地点。"),
            right=Right.EDIT_CATALOG,
            fields=VALUES,
            act=_change,
            done=Text("The place is saved.", "地点已保存。"),
        ),
        Form(
            name="remove",
            of_lists=("tree",),
            base=base,
            submit=Text("Remove from the tree", "移出组织树"),
            brief=Text(
                "Remove a place; places below it move up. Events keep its id.",
                "移除地点；其下级上移。",
            ),
            right=Right.EDIT_CATALOG,
            act=_remove,
            confirm=lambda row: Text(
                f"Remove “{row[1].name.en}” from the tree?", f"从树中移除“{row[1].name.zh}”？"
            ),
            warning=Text(
                "Places below it move up. Events keep the id; for a closed store, set a closing "
                "date instead.",
                "其下级会上移一级，事件保留原编号。如果只是门店关闭，建议填写关闭日期。",
            ),
            danger=True,
            done=Text(
                "The place is removed; places below it moved up. Events keep its id.",
                "地点已移除，其下级已上移；事件保留原编号。",
            ),
            api="DELETE /{place_id}",
            gives=Changed,
        ),
        Form(
            name="file",
            title=Text("By file", "文件导入导出"),
            submit=Text("Replace the tree", "替换组织树"),
            brief=Text("Replace the tree with the places of a file.", "用文件中的地点替换组织树。"),
            right=Right.EDIT_CATALOG,
            fields=(
                Field(
                    "file",
                    Text("File of places", "地点文件"),
                    "file",
                    required=True,
                    placeholder=".toml",
                ),
            ),
            act=_replace,
            done=Text("The places are as in the file.", "地点已按文件更新。"),
        ),
    ),
)
VERSIONS = Resource(
    name="place-versions",
    path="/places/versions",
    api="/api/v1/places/versions",
    tag="places",
    command="places",
    listed="versions",
    title=Text("Versions", "历史版本"),
    question=Text("How have the places changed?", "地点有过哪些变更？"),
    brief=Text("List the versions, the newest first.", "列出各版本，最新的在前。"),
    help=Text("The tree of regions, stores, teams.", "由区域、门店和团队构成的组织树。"),
    section=Section.COMPANY,
    order=0,
    navigated=False,
    above=((PLACES, "/places"),),
    read=Right.EDIT_CATALOG,
    whole=_versions,
    gives=list[VersionFacts],
    lists=(
        Listing(
            name="versions",
            title=Text("Versions", "历史版本"),
            rows=_versions,
            key="version",
            empty=Text("The places have not been changed yet.", "地点还没有变更记录。"),
            columns=(
                Column(
                    Text("Version", "版本"),
                    "version",
                    COUNT,
                    href=lambda row, _: f"/places/versions/{row.version}",
                    note=lambda row, _: NOW if row.newest else None,
                ),
                Column(Text("When", "时间"), "at", MOMENT),
                Column(Text("Who", "操作人"), lambda row, _: formats.author(row.by)),
                Column(Text("What", "操作"), _what),
            ),
        ),
    ),
    forms=(
        Form(
            name="restore",
            of_lists=("versions",),
            base=base,
            submit=Text("Restore this version", "恢复此版本"),
            brief=Text("Restore an older version of the tree.", "将组织树恢复为某个历史版本。"),
            row_words=Text("The version to restore.", "要恢复的版本号。"),
            right=Right.EDIT_CATALOG,
            act=_restore,
            when=lambda row: not row.newest,
            confirm=lambda row: Text(
                f"Restore the tree to version {row.version}?", f"将组织树恢复为版本 {row.version}？"
            ),
            warning=Text(
                "It becomes a new version; nothing is lost.",
                "恢复后会成为新版本，不会丢失任何内容。",
            ),
            done=Text("The older tree is restored as a new version.", "旧版本已恢复为新版本。"),
            said=Text(
                "Version {row} is restored as version {version}.",
                "版本 {row} 已恢复为版本 {version}。",
            ),
            api="POST /{version}/restore",
            gives=Changed,
            command="restore",
        ),
    ),
)
RESOURCES = (RESOURCE, VERSIONS)
