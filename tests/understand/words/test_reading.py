"""Texts are read by lexicon: language, feeling, problem types with evidence, the touchpoint."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from regulars.understand.words import lexicon, reading, tokens
from regulars.understand.words.model import Mood, TextKind, kinds_of, mood_of

SHIPPED = lexicon.shipped()


def read(text: str) -> tuple[str, Mood, set[TextKind], str | None]:
    found = reading.read(pa.array([text]), None, SHIPPED)
    return (
        found.language[0].as_py(),
        mood_of(int(found.mood[0])),
        set(kinds_of(int(found.kinds[0]))),
        found.meant[0].as_py(),
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("字太小看不清，老年人不会用", TextKind.DIGITAL_DIVIDE),
        (
            "The letters are too small to read and I could not find where to pay",
            TextKind.DIGITAL_DIVIDE,
        ),
        ("取消了也没人通知我，客服不回复", TextKind.COMMUNICATION),
        ("Nobody told us and there was no explanation", TextKind.COMMUNICATION),
        ("流程太复杂，同样的表要填三遍", TextKind.PROCESS),
        ("Too many steps, I had to start over", TextKind.PROCESS),
        ("排队等了四十分钟", TextKind.WAIT),
        ("We waited an hour on hold", TextKind.WAIT),
        ("店员一问三不知，解释不清", TextKind.KNOWLEDGE),
        ("The clerk had no idea and gave me the wrong information", TextKind.KNOWLEDGE),
    ],
)
def test_each_problem_type_is_known_in_both_languages(text: str, kind: TextKind) -> None:
    language, mood, kinds, _meant = read(text)
    assert kind in kinds
    assert mood is Mood.NEGATIVE
    assert language == ("en" if text.isascii() else "zh")


def test_several_types_may_hold_at_once() -> None:
    assert read("等了半个小时没人接电话，店员还什么都不懂")[2] >= {
        TextKind.WAIT,
        TextKind.KNOWLEDGE,
    }


def test_a_complaint_of_none_of_the_five_is_other() -> None:
    assert read("杯子是破的，真失望")[2] == {TextKind.OTHER}
    assert read("很好，谢谢")[2] == set()


def test_a_negation_turns_the_feeling_round() -> None:
    assert read("很满意")[1] is Mood.POSITIVE
    assert read("不是很满意")[1] is Mood.NEGATIVE
    assert read("The staff were friendly")[1] is Mood.POSITIVE
    assert read("The staff were not friendly")[1] is Mood.NEGATIVE


@pytest.mark.parametrize(
    ("text", "mood", "kinds"),
    [
        ("I didn't have to wait", Mood.POSITIVE, set()),
        ("We never had to wait in line", Mood.POSITIVE, set()),
        ("Without any delay and no hassle", Mood.POSITIVE, set()),
        ("The queue was long but it moved fast", None, set()),
        ("The staff were never rude", Mood.POSITIVE, set()),
        ("never disappointed", Mood.POSITIVE, set()),
        ("Nothing to complain about", Mood.POSITIVE, set()),
        ("I was not unhappy", Mood.POSITIVE, set()),
        ("Not only good but cheap", Mood.POSITIVE, set()),
        ("I did not get it. Good grief, I waited", None, {TextKind.WAIT}),
        (
            "They were not helpful and I waited an hour",
            Mood.NEGATIVE,
            {TextKind.KNOWLEDGE, TextKind.WAIT},
        ),
        ("排队的人很多但是很快", None, set()),
        ("不需要排队", None, set()),
        ("没有遇到任何延误", Mood.POSITIVE, set()),
        ("没怎么等就好了", Mood.POSITIVE, set()),
        ("没有什么不满意的", Mood.POSITIVE, set()),
        ("没有不好的地方", Mood.POSITIVE, set()),
        ("流程一点也不麻烦", None, {TextKind.PROCESS}),
        ("特别好", Mood.POSITIVE, set()),
        ("质量不错很好", Mood.POSITIVE, set()),
        ("不得不等了两个小时", Mood.NEGATIVE, {TextKind.WAIT}),
        ("排队等了很久，店员也不热情", Mood.NEGATIVE, {TextKind.WAIT}),
    ],
)
def test_negations_reach_as_far_as_the_lexicon_says(
    text: str, mood: Mood | None, kinds: set[TextKind]
) -> None:
    found = read(text)
    assert found[2] == kinds
    assert mood is None or found[1] is mood


def test_evidence_leaves_out_what_does_not_hold() -> None:
    text = "No wait at the till, but I waited for the parcel"
    found = reading.evidence(text, "en", SHIPPED, {TextKind.WAIT})
    assert [one.words for one in found] == ["waited"]


def test_exceptions_keep_praise_from_being_a_complaint() -> None:
    assert read("不用等，马上就好了")[2] == set()
    assert read("No wait at all, great")[2] == set()


def test_the_touchpoint_meant_is_what_the_words_name() -> None:
    assert read("快递员把包裹扔在门口")[3] == "delivery"
    assert read("The payment page kept spinning")[3] == "checkout"
    assert read("还行")[3] is None


def test_other_languages_are_left_alone() -> None:
    language, mood, kinds, _meant = read("Não recebi o produto, muito ruim")
    assert (language, mood, kinds) == ("other", Mood.NEUTRAL, set())


def test_evidence_is_the_stretch_of_the_text_itself() -> None:
    text = "We WAITED an hour"
    (found, *_rest) = reading.evidence(text, "en", SHIPPED, {TextKind.WAIT})
    assert (found.kind, found.words) == (TextKind.WAIT, "WAITED")


def test_chinese_words_of_one_character_stay_and_numbers_go() -> None:
    assert tokens.words("快递很慢 123", "zh", {"很"}) == ["快递", "慢"]
    assert tokens.words(
        "@air http://t.co/x Flight 12 was Cancelled, cancelled!", "en", {"was"}
    ) == [
        "flight",
        "cancelled",
    ]


@settings(deadline=None)  # patterns are made at the first text
@given(some.lists(some.text(max_size=60), max_size=20))
def test_any_text_is_read_alone_as_in_a_crowd(texts: list[str]) -> None:
    together = reading.read(pa.array(texts, pa.string()), None, SHIPPED)
    for place, text in enumerate(texts):
        alone = reading.read(pa.array([text]), None, SHIPPED)
        assert alone.kinds[0] == together.kinds[place]
        assert alone.mood[0] == together.mood[place]


@given(some.text(max_size=80), some.lists(some.text(min_size=1, max_size=4), max_size=3))
def test_marking_loses_no_letter(text: str, words: list[str]) -> None:
    assert "".join(piece.words for piece in reading.marked(text, words)) == text
