"""A member of staff."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from regulars.company.rights.model import Role
from regulars.kit.errors import Invalid
from regulars.kit.text import Language, Text

ROLE_NAMES: dict[Role, Text] = {
    Role.ADMIN: Text("Administrator", "管理员"),
    Role.MANAGER: Text("Manager", "经理"),
    Role.ANALYST: Text("Analyst", "分析师"),
    Role.AGENT: Text("Agent", "客服"),
}

ROLE_HINTS: dict[Role, Text] = {
    Role.ADMIN: Text(
        "everything: members, keys, audit log, erasure", "全部权限：成员、密钥、审计日志、数据删除"
    ),
    Role.MANAGER: Text(
        "numbers, customers, targets and the catalog, within their places",
        "所属地点的指标、客户、目标和触点清单",
    ),
    Role.ANALYST: Text(
        "numbers, sources and imports; no single customers",
        "指标、数据来源和导入；不能查看单个客户",
    ),
    Role.AGENT: Text("customers and their feedback; no numbers", "客户及其反馈；不能查看指标"),
}


@dataclass(frozen=True, slots=True)
class Staff:
    """An account. `chosen` are the places given by an administrator; None means everywhere.

    Sessions opened before `signed_out_at` are over. `password_changed_at` is None while the
    account waits for its first password.
    """

    id: str
    login: str
    name: str
    role: Role
    chosen: frozenset[str] | None
    language: Language | None
    created_at: datetime
    password_changed_at: datetime | None
    disabled_at: datetime | None
    signed_out_at: datetime | None = None


def login_of(words: str) -> str:
    """Return the spelling of a sign-in name that counts: NFKC, lower case, trimmed."""
    return unicodedata.normalize("NFKC", words).strip().casefold()


def checked_login(words: str) -> str:
    """Return the sign-in name as stored; raises Invalid when it cannot be one."""
    login = login_of(words)
    if not re.fullmatch(r"[\w.@+-]{2,100}", login):
        raise Invalid(
            "staff.login",
            Text(
                "A sign-in name has 2 to 100 letters, digits or . @ + - _ and no spaces.",
                "登录名由 2 至 100 个字母、汉字、数字或 . @ + - _ 组成，不含空格。",
            ),
            field="login",
        )
    return login


def checked_name(words: str) -> str:
    """Return a person's name, trimmed; raises Invalid when empty or too long."""
    name = words.strip()
    if not 1 <= len(name) <= 100:
        raise Invalid(
            "staff.name",
            Text("A name has 1 to 100 characters.", "姓名须为 1 至 100 个字符。"),
            field="name",
        )
    return name
