"""Why the validator refuses a value, in both languages: fields of requests, options of commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.kit.text import Text

_NUMBER, _MOMENT = Text("no number", "不是数字"), Text("no day or moment", "不是日期或时刻")
REASONS = {
    "missing": Text("is missing", "缺失"),
    "int_parsing": _NUMBER,
    "int_from_float": Text("no whole number", "不是整数"),
    "float_parsing": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_parsing": Text("neither true nor false", "不是 true 或 false"),
    "date_from_datetime_parsing": _MOMENT,
    "date_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_parsing": _MOMENT,
    "enum": Text("must be {expected}", "须为 {expected} 之一"),
    "literal_error": Text("must be {expected}", "须为 {expected} 之一"),
    "string_too_short": Text(
        "must have {min_length} characters at least", "至少 {min_length} 个字符"
    ),
    "string_too_long": Text("may have {max_length} characters at most", "最多 {max_length} 个字符"),
    "string_pattern_mismatch": Text("must look like {pattern}", "须符合 {pattern}"),
    "greater_than": Text("must be above {gt}", "须大于 {gt}"),
    "greater_than_equal": Text("must be {ge} or more", "不得小于 {ge}"),
    "less_than": Text("must be below {lt}", "须小于 {lt}"),
    "less_than_equal": Text("may be {le} at most", "不得大于 {le}"),
    "list_type": Text("no list", "不是列表"),
    "dict_type": Text("no object of names and values", "不是由名称与值组成的对象"),
    "string_type": Text("no text", "不是文字"),
    "json_invalid": Text("no JSON", "不是 JSON"),
}
"""Why a field was refused, by the validator's code; other codes come with its English words."""


def reason(found: Mapping[str, Any]) -> Text:
    """Return why, of one entry of the validator's `errors()`."""
    known = REASONS.get(found["type"])
    if known is None:
        return Text(str(found["msg"]), str(found["msg"]))
    about = dict(found.get("ctx", {}))
    chinese = {**about, "expected": _listed(str(about.get("expected", "")))}
    return Text(known.en.format(**about), known.zh.format(**chinese))


def _listed(words: str) -> str:
    """Return the validator's "'a', 'b' or 'c'" as Chinese lists them."""
    return words.replace(" or ", "、").replace(", ", "、")
