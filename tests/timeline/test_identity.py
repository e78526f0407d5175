"""One identity in every spelling, by Python and by SQL, as in the release before."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.errors import Invalid
from regulars.timeline import duck, identity, listed, nobody
from regulars.timeline.event import IDENTITY_KINDS
from regulars.timeline.workspace import Workspace
from tests import sizes
from tests.timeline.test_nobody import NOBODY


@pytest.mark.parametrize(
    "spelled",
    [
        "13800138000", "'13800138000", "13800138000.0", "138 0013 8000", "138-0013-8000",
        "+86 138 0013 8000", "+86-13800138000", "0086 13800138000", "8613800138000",
        "１３８００１３８０００", "(+86)13800138000", " 13800138000\u200b", "13800138000.00",
    ],
)  # fmt: skip
def test_a_mobile_number_is_one_in_every_spelling(spelled: str) -> None:
    assert identity.normalise("phone", spelled) == "13800138000"


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("001 415 555 0100", "+14155550100"),
        ("+44 7700 900123", "+447700900123"),
        ("+86 10 1234 5678", "+861012345678"),
        ("010-1234.5678", "01012345678"),
    ],
)
def test_other_numbers_keep_their_country_code(spelled: str, kept: str) -> None:
    assert identity.normalise("phone", spelled) == kept


pieces = st.sampled_from(
    [
        "0", "00", "1", "138", "13800138000", "86", "+", ".0", ".", "E+10", "e10", "*", "****",
        "x", "xxx", "-", " ", "\u3000", "\u200b", "'", "@", "noreply", "guest", "null", "N/A", "无",
        "游客", "ｎｕｌｌ", "０", "f", "ffffffff", "•", "(", "\n", "é", "ß", "İ", "example.com",
    ]
)  # fmt: skip

values = st.one_of(
    st.lists(pieces, max_size=6).map("".join),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"),
            max_size=20),
    st.sampled_from(sorted({one for some in NOBODY.values() for one in some})),
    st.sampled_from(sorted({one for some in nobody.shipped().values() for one in some})),
)  # fmt: skip


@settings(
    max_examples=sizes.of(80, 400),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(IDENTITY_KINDS), values)
def test_python_and_sql_give_one_identity(ws: Workspace, kind: str, value: str) -> None:
    """The macros of set-based imports equal the functions of single events."""
    connection = _connection(ws)
    row = connection.execute(
        "SELECT coalesce(is_nobody($1, $2), false), identity_id($1, $2), former_id($1, $2)",
        [kind, value],
    ).fetchone()
    try:
        expected = identity.identity_id(ws, kind, value)
    except Invalid:
        expected = None
    assert row == (
        nobody.is_nobody(kind, value, listed.words(ws)),
        expected,
        identity.former_id(ws, kind, value),
    )


def _connection(ws: Workspace):  # type: ignore[no-untyped-def]
    if not hasattr(ws, "macros"):
        ws.macros = duck.connect(ws)  # type: ignore[attr-defined]
        identity.register(ws.macros, ws)  # type: ignore[attr-defined]
    return ws.macros  # type: ignore[attr-defined]


def test_an_identity_is_the_one_of_the_release_before(ws: Workspace) -> None:
    """Whatever else is judged: sound values keep the hash of their old spelling."""
    for kind, value, spelled in (
        ("user", " Ann ", "Ann"),
        ("email", "Ann@Example.org", "ann@example.org"),
        ("phone", "138 0013-8000", "13800138000"),
        ("phone", "+1 (415) 555-0100", "+14155550100"),
    ):
        assert identity.identity_id(ws, kind, value) == ws.keyed_hash(f"identity:{kind}", spelled)


def test_a_number_kept_with_its_country_code_is_known_as_both(ws: Workspace) -> None:
    assert identity.known_as(ws, "phone", "+86 138 0013 8000") == [
        ws.keyed_hash("identity:phone", "13800138000"),
        ws.keyed_hash("identity:phone", "+8613800138000"),
    ]
