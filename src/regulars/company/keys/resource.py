"""Keys of machines: who may send events, and which programs may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from regulars.company.keys import service
from regulars.company.keys.model import ACTOR_NAMES, KeyRow, Kind, WriteKey
from regulars.company.places import service as places
from regulars.company.rights.model import Right, Role
from regulars.company.staff.model import ROLE_HINTS, ROLE_NAMES
from regulars.faces import formats
from regulars.faces.columns import Column, Format
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.language import say
from regulars.faces.layout import Section
from regulars.kit.text import Text

NAME, SOURCE, PLACES = Text("Name", "名称"), Text("Source", "来源"), Text("Places", "地点")
ROLE, EVENTS_OF = Text("Role", "角色"), Text("Events of", "事件行为者")
NEVER, EVERYWHERE = Text("never", "从未"), Text("everywhere", "全部地点")
REVOKED, CREATE = Text("revoked", "已吊销"), Text("Create key", "生成密钥")
ONCE = Text("The key is shown only once:", "密钥只显示这一次：")
AGO = Format(lambda value, _result: formats.ago(value) if value else say(NEVER), numeric=False)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is told of a key: `source` and `actors` of a write key, `role` and `places` of an API
    key."""

    id: str
    kind: str
    name: str
    prefix: str
    source: str | None
    actors: list[str] | None
    role: Role | None
    places: list[str] | None
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey(KeyFacts):
    """A new key with its secret, which is told this once."""

    secret: str


def facts(key: KeyRow) -> KeyFacts:
    """Return what is told of a key; never its secret."""
    grants = key.grants
    writes = isinstance(grants, WriteKey)
    chosen = None if isinstance(grants, WriteKey) else grants.chosen
    return KeyFacts(
        key.id, key.kind, key.name, key.prefix,
        grants.source if isinstance(grants, WriteKey) else None,
        sorted(grants.actors) if isinstance(grants, WriteKey) else None,
        None if isinstance(grants, WriteKey) else grants.role,
        None if writes or chosen is None else sorted(chosen),
        key.created_at, key.created_by, key.last_used_at, key.revoked_at,
    )  # fmt: skip


def _new(made: tuple[KeyRow, str]) -> NewKey:
    return NewKey(**asdict(facts(made[0])), secret=made[1])


def _of(kind: Kind) -> Callable[[Asked], list[KeyRow]]:
    return lambda asked: [key for key in service.all_keys(asked.store) if key.kind == kind]


def _add_write(asked: Asked) -> tuple[KeyRow, str]:
    name, source = asked["name"] or "", asked["source"] or asked["name"] or ""
    return service.add_write_key(asked.store, asked.caller, name=name, source=source,
                                 actors=asked["actors"] or (), now=asked.now)  # fmt: skip


def _add_api(asked: Asked) -> tuple[KeyRow, str]:
    return service.add_api_key(asked.store, asked.caller, name=asked["name"] or "",
                               role=Role(asked["role"]), places=asked["places"],
                               now=asked.now)  # fmt: skip


def _tree(asked: Asked) -> list[tuple[str, str]]:
    tree = places.tree(asked.store)
    return [(one.id, "\u2003" * depth + say(one.name)) for depth, one in tree.walk()]


def _where(key: KeyRow, asked: Asked) -> Any:
    chosen = facts(key).places
    if chosen is None:
        return EVERYWHERE
    tree = places.tree(asked.store)
    return ", ".join(say(tree.name(place)) for place in chosen)


def _actors(key: KeyRow, _asked: Asked) -> str:
    return ", ".join(say(ACTOR_NAMES[actor]) for actor in facts(key).actors or ())


def _by(key: KeyRow, _asked: Asked) -> Text:
    author, day = formats.author(key.created_by), formats.day(key.created_at)
    return Text(f"by {author}, {day}", f"{author} 创建，{day}")


def _listing(kind: Kind, title: Text, note: Text, empty: Text, *own: Column) -> Listing:
    return Listing(
        name=kind,
        title=title,
        note=note,
        empty=empty,
        rows=_of(kind),
        search=True,
        columns=(
            Column(NAME, "name", note=_by, key="name"),
            Column(Text("Begins", "开头"), lambda key, _: f"{key.prefix}…", wide=True),
            *own,
            Column(Text("Last used", "最近使用"), "last_used_at", AGO, key="last_used_at"),
            Column(Text("State", "状态"), lambda key, _: REVOKED if key.revoked_at else None,
                   mark=lambda key, _: "bad" if key.revoked_at else None),
        ),
    )  # fmt: skip


RESOURCE = Resource(
    name="keys",
    path="/keys",
    api="/api/v1/keys",
    command="key",
    title=Text("API keys", "API 密钥"),
    question=Text("Which systems may send and query data?", "哪些系统可以发送和查询？"),
    sub=Text(
        "Secrets are shown once and kept only as a fingerprint.",
        "密钥只显示一次，系统只保存其指纹。",
    ),
    brief=Text("List the keys; their secrets are not stored.", "列出密钥；密钥内容本身不保存。"),
    help=Text(
        "Write keys for senders, API keys for programs.",
        "发送方的写入密钥与程序的 API 密钥。",
    ),
    section=Section.COMPANY,
    order=30,
    read=Right.MANAGE_KEYS,
    template="keys/list.html",
    whole=lambda asked: [facts(key) for key in service.all_keys(asked.store)],
    gives=list[KeyFacts],
    lists=(
        _listing(
            "write",
            Text("Write keys", "写入密钥"),
            Text(
                "Used by systems that send events. It can only write; it cannot read any data.",
                "发送事件的系统使用写入密钥：只能写入，不能读取任何数据。",
            ),
            Text("No write keys yet.", "还没有写入密钥。"),
            Column(SOURCE, lambda key, _: key.grants.source),
            Column(EVENTS_OF, _actors, wide=True),
        ),
        _listing(
            "api",
            Text("API keys", "API 密钥"),
            Text(
                "Used by programs that query and change data, sent as “Authorization: Bearer …”. "
                "It has a role and places like a member of staff.",
                "查询和操作数据的程序使用 API 密钥，以“Authorization: Bearer …”发送。"
                "它像成员账号一样有角色和地点。",
            ),
            Text("No API keys yet.", "还没有 API 密钥。"),
            Column(ROLE, lambda key, _: ROLE_NAMES[key.grants.role]),
            Column(PLACES, _where, wide=True),
        ),
    ),
    forms=(
        Form(
            name="write",
            title=Text("New write key", "新建写入密钥"),
            submit=CREATE,
            brief=Text(
                "Create a write key, which lets a system send events.",
                "新建写入密钥，供系统发送事件。",
            ),
            right=Right.MANAGE_KEYS,
            act=_add_write,
            fields=(
                Field(
                    "name",
                    NAME,
                    hint=Text("Who or what uses the key.", "谁或哪个系统使用此密钥。"),
                    required=True,
                    most=200,
                    argument=True,
                    placeholder=Text("Web shop", "网上商城"),
                ),
                Field(
                    "source",
                    Text("Source of its events", "事件的来源标记"),
                    most=100,
                    placeholder="shop-web",
                ),
                Field(
                    "actors",
                    EVENTS_OF,
                    "choices",
                    option="actor",
                    default=["customer"],
                    hint=Text(
                        "Whose events it may send (repeatable).", "其事件可用的行为主体（可重复）。"
                    ),
                    choices=tuple(ACTOR_NAMES.items()),
                ),
            ),
            done=ONCE,
            api="POST /write",
            status=201,
            answer=_new,
            gives=NewKey,
            command="add",
            secret=True,
        ),
        Form(
            name="api",
            title=Text("New API key", "新建 API 密钥"),
            submit=CREATE,
            brief=Text(
                "Create an API key, which lets a program query and change data.",
                "新建 API 密钥，供程序查询和操作。",
            ),
            right=Right.MANAGE_KEYS,
            act=_add_api,
            fields=(
                Field(
                    "name",
                    NAME,
                    hint=Text("Who or what uses the key.", "谁或哪个系统使用此密钥。"),
                    required=True,
                    most=200,
                    argument=True,
                    placeholder=Text("Monthly report", "月度报告"),
                ),
                Field(
                    "role",
                    ROLE,
                    "radio",
                    default="analyst",
                    choices=tuple(
                        (role.value, ROLE_NAMES[role], ROLE_HINTS[role]) for role in Role
                    ),
                ),
                Field(
                    "places",
                    PLACES,
                    "choices",
                    option="place",
                    choices=_tree,
                    every=EVERYWHERE,
                    hint=Text("With all places below them.", "选中的地点包含其下级。"),
                ),
            ),
            done=ONCE,
            api="POST /api",
            status=201,
            answer=_new,
            gives=NewKey,
            command="add-api",
            secret=True,
        ),
        Form(
            name="revoke",
            of_lists=("write", "api"),
            submit=Text("Revoke", "吊销"),
            brief=Text("Revoke a key permanently.", "永久停用密钥。"),
            row_words=Text("The key's id, from `key list`.", "密钥编号，见 `key list`。"),
            right=Right.MANAGE_KEYS,
            act=lambda asked: service.revoke(asked.store, asked.caller, asked.row, asked.now),
            when=lambda key: key.revoked_at is None,
            confirm=lambda key: Text(f"Revoke “{key.name}”?", f"吊销“{key.name}”？"),
            warning=Text(
                "Anything that uses it stops working within five seconds. This cannot be undone.",
                "使用它的程序将在五秒内失效，且无法撤销。",
            ),
            danger=True,
            done=Text("The key is revoked.", "密钥已吊销。"),
            said=Text("Revoked.", "已吊销。"),
            api="DELETE /{key_id}",
            status=204,
            command="revoke",
        ),
    ),
)
