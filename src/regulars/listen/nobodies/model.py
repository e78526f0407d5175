"""What the list of values that name nobody holds, and where they were met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from regulars.kit.text import Text
from regulars.timeline.judged import JudgedIdentity
from regulars.timeline.listed import Edit

Origin = Literal["shipped", "added", "removed"]
ORIGINS: dict[Origin, Text] = {
    "shipped": Text("comes with Regulars", "产品自带"),
    "added": Text("added here", "本工作区添加"),
    "removed": Text("taken out here", "本工作区移出"),
}
KIND_NAMES = {
    "any": Text("any", "任意"),
    "user": Text("user id", "用户编号"),
    "anonymous": Text("device id", "设备编号"),
    "email": Text("email address", "邮箱"),
    "phone": Text("phone number", "手机号"),
    "openid": Text("openid", "openid"),
}
SHAPES = (
    Text("Zeros or signs only: 0, 000, -, ???", "只有零或符号：0、000、-、???"),
    Text("Numbers that a spreadsheet has cut: 1.38001E+10", "被表格截断的数字：1.38001E+10"),
    Text(
        "Phone numbers with fewer than 7 digits, or one digit repeated",
        "不足 7 位或同一数字重复的电话号码",
    ),
    Text(
        "Masked numbers and addresses: 138****0000, a***b@…",
        "打码的号码与邮箱：138****0000、a***b@…",
    ),
    Text(
        "Device ids of one sign only: 00000000-0000-…, ffffffff…",
        "同一字符组成的设备编号：00000000-0000-…、ffffffff…",
    ),
)
"""What names nobody by its shape, whatever the list says."""


@dataclass(frozen=True, slots=True)
class NobodyValue:
    """One value of the list: of which kind, where it is from, and who changed it when."""

    kind: str
    word: str
    origin: Origin
    edit: Edit | None


@dataclass(frozen=True, slots=True)
class Met:
    """How many events of a source gave a value that names nobody, lately."""

    source: str
    kind: str
    word: str
    events: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The list, what of it stands on the timeline from before, and what came in lately.

    `judged_at` is when a timeline of an earlier release was judged by it; None for one of today's.
    """

    words: tuple[NobodyValue, ...]
    found: tuple[JudgedIdentity, ...]
    met: tuple[Met, ...]
    judged_at: datetime | None
