"""Why a value is refused is said in the reader's language, also by commands."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from regulars.faces.refusals import reason


@pytest.mark.parametrize(
    ("kind", "value", "english", "chinese"),
    [
        (Annotated[int, Field(ge=1)], 0, "must be 1 or more", "不得小于 1"),
        (int, "x", "no number", "不是数字"),
        (list[int], {}, "no list", "不是列表"),
        (Literal["open", "muted", "all"], "x", "must be 'open', 'muted' or 'all'",
         "须为 'open'、'muted'、'all' 之一"),
    ],
)  # fmt: skip
def test_a_refusal_speaks_both_languages(
    kind: Any, value: object, english: str, chinese: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    told = reason(refused.value.errors()[0])  # type: ignore[arg-type]
    assert (told.en, told.zh) == (english, chinese)
