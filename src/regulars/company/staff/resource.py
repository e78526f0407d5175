"""Accounts: who has access, to what, and the one-time links by which they get in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.company.places import service as places
from regulars.company.rights.model import Right, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service
from regulars.company.staff.model import ROLE_HINTS, ROLE_NAMES, Staff
from regulars.faces.columns import Column
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.language import say
from regulars.faces.layout import Section
from regulars.kit.text import Text

LOGIN, NAME = Text("Sign-in name", "登录名"), Text("Full name", "姓名")
ROLE, PLACES = Text("Role", "角色"), Text("Places", "地点")
EVERYWHERE, LOST = Text("everywhere", "全部地点"), Text("no longer in the tree", "已不在组织树中")
STATES = {
    "bad": Text("disabled", "已停用"),
    "good": Text("active", "使用中"),
    "info": Text("invited", "待设密码"),
}
OF_LOGIN = Text("Sign-in name.", "登录名。")


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """An account; `places` null means everywhere."""

    id: str
    login: str
    name: str
    role: Role
    places: list[str] | None
    language: str | None
    created_at: datetime
    has_password: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Where an account's owner sets a password, once."""

    path: str
    expires_in_days: int


def facts(account: Staff) -> StaffFacts:
    """Return what is told of an account."""
    return StaffFacts(
        account.id, account.login, account.name, account.role,
        None if account.chosen is None else sorted(account.chosen),
        account.language, account.created_at,
        account.password_changed_at is not None, account.disabled_at is not None,
    )  # fmt: skip


def _wanted(asked: Asked) -> dict[str, Any]:
    return {
        "name": asked["name"] or asked["login"] or "",
        "role": Role(asked["role"]),
        "places": asked["places"],
        "language": asked["language"],
    }


def _add(asked: Asked) -> Staff:
    wanted = _wanted(asked)
    return service.add(asked.store, asked.caller, login=asked["login"], **wanted, now=asked.now)


def _change(asked: Asked) -> Staff:
    return service.change(asked.store, asked.caller, asked.row, **_wanted(asked))


def _link(asked: Asked, account: Staff) -> tuple[Staff, Link]:
    code = sign_in.password_link(asked.store, asked.caller, account.id, asked.now)
    return account, Link(sign_in.link_path(code), sign_in.LINK_DAYS)


def _on_account(act: Callable[[Asked, Staff], Any]) -> Callable[[Asked], Any]:
    """Let `act` have the account that is asked for by id or, in a command, by its sign-in name."""

    def acting(asked: Asked) -> Any:
        by = service.named if asked.caller.kind == "shell" else service.by_id
        account = by(asked.store, asked.row)
        return act(asked, account) or account

    return acting


def _held(account: Staff) -> dict[str, Any]:
    chosen = None if account.chosen is None else sorted(account.chosen)
    return {"name": account.name, "role": account.role, "language": account.language,
            "places": chosen}  # fmt: skip


def _tree(asked: Asked) -> list[tuple[str, str]]:
    """Return all places, and below them those of the account that have left the tree."""
    tree = places.tree(asked.store)
    lost = [one for one in asked["places"] or () if one not in tree]
    return [
        *((one.id, "\u2003" * depth + say(one.name)) for depth, one in tree.walk()),
        *((one, f"{one} ({say(LOST)})") for one in lost),
    ]


def _where(account: Staff, asked: Asked) -> Any:
    if account.chosen is None:
        return EVERYWHERE
    tree = places.tree(asked.store)
    return ", ".join(say(tree.name(place)) for place in sorted(account.chosen))


def _state(account: Staff, _asked: Asked) -> str:
    if account.disabled_at is not None:
        return "bad"
    return "good" if account.password_changed_at is not None else "info"


def _open(account: Staff) -> bool:
    return account.disabled_at is None


def _name(*, required: bool) -> Field:
    return Field("name", NAME, required=required, most=100)


NEW_LOGIN = Field(
    "login",
    LOGIN,
    hint=Text("Letters, digits or an email address.", "字母、数字或邮箱地址。"),
    required=True,
    most=100,
    pattern=r"^[\w.@+-]{2,100}$",
)
LANGUAGE = Field(
    "language",
    Text("Language", "语言"),
    "choice",
    choices=(("zh", "中文"), ("en", "English")),
    placeholder=Text("same as browser", "跟随浏览器"),
)
ROLES = Field(
    "role",
    ROLE,
    "radio",
    required=True,
    choices=tuple((role.value, ROLE_NAMES[role], ROLE_HINTS[role]) for role in Role),
)
WHERE = Field(
    "places",
    PLACES,
    "choices",
    choices=_tree,
    every=EVERYWHERE,
    hint=Text(
        "With all places below them; administrators always work for all.",
        "包含其下级；管理员始终为全部地点。",
    ),
)
ACCESS = (LANGUAGE, ROLES, WHERE)
RESOURCE = Resource(
    name="staff",
    path="/staff",
    api="/api/v1/staff",
    command="user",
    title=Text("Members and access", "成员与权限"),
    question=Text("Who has access, and to what?", "谁在使用，能看到什么？"),
    sub=Text(
        "Roles determine what people may do; places determine whose customers and numbers they "
        "see.",
        "角色决定能做什么；地点决定能看到哪些客户和指标。",
    ),
    brief=Text("List the accounts.", "列出账号。"),
    help=Text("Accounts of members.", "成员账号。"),
    section=Section.COMPANY,
    order=20,
    read=Right.MANAGE_STAFF,
    template="staff/list.html",
    whole=lambda asked: [facts(account) for account in service.everyone(asked.store)],
    gives=list[StaffFacts],
    lists=(
        Listing(
            name="accounts",
            title=Text("Accounts", "账号"),
            rows=lambda asked: service.everyone(asked.store),
            search=True,
            columns=(
                Column(NAME, "name", href=lambda one, _: f"/staff/{one.id}", key="name"),
                Column(LOGIN, "login", wide=True, key="login"),
                Column(ROLE, lambda one, _: ROLE_NAMES[one.role]),
                Column(PLACES, _where),
                Column(Text("State", "状态"), lambda one, _: STATES[_state(one, _)], mark=_state),
            ),
        ),
    ),
    forms=(
        Form(
            name="new",
            page="/new",
            title=Text("Add an account", "添加账号"),
            submit=Text("Add and create a password link", "添加并生成设置密码的链接"),
            brief=Text("Add an account.", "添加账号。"),
            right=Right.MANAGE_STAFF,
            fields=(
                NEW_LOGIN,
                _name(required=False),
                LANGUAGE,
                replace(ROLES, default="agent"),
                WHERE,
            ),
            act=lambda asked: _link(asked, _add(asked)),
            secret=True,
        ),
        Form(
            name="add",
            page=None,
            submit=Text("Add", "新增"),
            brief=Text(
                "Add an account; ask for a link to give it its first password.",
                "添加账号；首个密码通过链接设置。",
            ),
            right=Right.MANAGE_STAFF,
            fields=(NEW_LOGIN, _name(required=True), *ACCESS),
            act=_add,
            api="POST ",
            status=201,
            answer=facts,
            gives=StaffFacts,
        ),
        Form(
            name="change",
            of_lists=("accounts",),
            page="/{staff_id}",
            template="staff/edit.html",
            titled=lambda account: account.name,
            held=_held,
            submit=Text("Save", "保存"),
            brief=Text(
                "Give an account this name, role, places and language.",
                "更改账号的姓名、角色、地点和语言。",
            ),
            right=Right.MANAGE_STAFF,
            fields=(_name(required=True), *ACCESS),
            act=_change,
            done=Text("The account is saved.", "账号已保存。"),
            api="PUT /{staff_id}",
            answer=facts,
            gives=StaffFacts,
        ),
        Form(
            name="link",
            of_lists=("accounts",),
            submit=Text("Create a password link", "生成重设密码链接"),
            brief=Text(
                "Create a one-time address where the account's owner sets a password.",
                "生成供本人设置密码的一次性链接。",
            ),
            right=Right.MANAGE_STAFF,
            act=_on_account(_link),
            when=_open,
            confirm=lambda account: Text(
                f"Create a one-time link for {account.name}?", f"为{account.name}生成一次性链接？"
            ),
            warning=Text(
                "An older link stops working. The current password stays valid until the link is "
                "used.",
                "旧链接将失效；在使用新链接之前，当前密码仍然有效。",
            ),
            api="POST /{staff_id}/password-link",
            status=201,
            answer=lambda made: made[1],
            gives=Link,
            secret=True,
        ),
        Form(
            name="sign-out",
            of_lists=("accounts",),
            submit=Text("Sign out everywhere", "全部退出登录"),
            brief=Text("Sign an account out of all sessions.", "结束账号的所有会话。"),
            right=Right.MANAGE_STAFF,
            act=lambda asked: sign_in.sign_out_everywhere(
                asked.store, asked.caller, asked.row, asked.now
            ),
            when=_open,
            confirm=lambda account: Text(
                f"Sign {account.name} out of all sessions?", f"结束{account.name}的所有会话？"
            ),
            danger=True,
            done=Text("All sessions of this account are signed out.", "此账号的所有会话已结束。"),
            api="POST /{staff_id}/sign-out",
            status=204,
        ),
        Form(
            name="disable",
            of_lists=("accounts",),
            submit=Text("Disable", "停用"),
            brief=Text("Disable an account and sign it out.", "停用账号并结束其会话。"),
            row_words=OF_LOGIN,
            right=Right.MANAGE_STAFF,
            act=_on_account(
                lambda asked, account: service.disable(
                    asked.store, asked.caller, account.id, asked.now
                )
            ),
            when=_open,
            confirm=lambda account: Text(f"Disable {account.name}?", f"停用{account.name}？"),
            warning=Text(
                "The account stays in the audit log and can be enabled again.",
                "账号会保留在审计日志中，之后可以重新启用。",
            ),
            danger=True,
            done=Text("The account is disabled and signed out.", "账号已停用并退出登录。"),
            said=Text("Disabled {login}.", "已停用 {login}。"),
            api="POST /{staff_id}/disable",
            status=204,
            command="disable",
        ),
        Form(
            name="enable",
            of_lists=("accounts",),
            submit=Text("Enable the account", "重新启用"),
            brief=Text("Enable a disabled account.", "重新启用已停用的账号。"),
            row_words=OF_LOGIN,
            right=Right.MANAGE_STAFF,
            act=_on_account(
                lambda asked, account: service.enable(asked.store, asked.caller, account.id)
            ),
            when=lambda account: not _open(account),
            done=Text("The account is enabled again.", "账号已重新启用。"),
            said=Text("Enabled {login}.", "已启用 {login}。"),
            api="POST /{staff_id}/enable",
            status=204,
            command="enable",
        ),
    ),
)
