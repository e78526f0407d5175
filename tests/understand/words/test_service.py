"""Each text is read once, counted by customer, searched, corrected, forgotten with its author."""

from __future__ import annotations

from tests.understand.words.made import NOON, NOW, forty, tell, wrote
from tests.understand.words.test_analysis import signed

from regulars.company.rights.model import SHELL, Role
from regulars.timeline.workspace import Workspace
from regulars.understand.words import service
from regulars.understand.words.model import Mood


def test_corrections_teach_a_head_that_is_used_when_better(ws: Workspace) -> None:
    """“Zorbic” and “plindy” are this company's own words; the lexicon knows neither."""
    rows = [
        wrote(f"guest {n:03d}", f"{'zorbic' if n % 2 else 'plindy'} pillow number {n}", n / 50)
        for n in range(160)
    ]
    tell(ws, rows)
    for n, row in enumerate(rows[:120]):
        mood = Mood.NEGATIVE if n % 2 else Mood.POSITIVE
        service.correct(ws, row["event_id"], mood, [], None,
                        scope=None, by=SHELL, now=NOW, drawn=True)  # fmt: skip
    assert service.analyse(ws, now=NOW) == 160
    (feeling,) = (one for one in service.quality(ws)[1] if one.target == "mood")
    assert feeling.used
    assert (feeling.head_accuracy.low or 0.0) > 0.95 > (feeling.lexicon_accuracy.high or 1.0)
    page = signed(ws, Role.MANAGER).get("/words/check").text
    assert f"{feeling.lexicon_f1.low:.3f}" in page
    (unseen,) = service.texts(ws, [rows[151]["event_id"]], scope=None)
    assert (unseen.mood, unseen.corrected) == (Mood.NEGATIVE, False)


def test_corrections_that_agree_leave_the_lexicon_in_use(ws: Workspace) -> None:
    rows = [
        wrote(f"guest {n:03d}", ("很满意" if n % 2 else "太差了") + "啊" * (n % 7), n / 50)
        for n in range(100)
    ]
    tell(ws, rows)
    for n, row in enumerate(rows):
        mood = Mood.POSITIVE if n % 2 else Mood.NEGATIVE
        service.correct(ws, row["event_id"], mood, [], None,
                        scope=None, by=SHELL, now=NOW, drawn=True)  # fmt: skip
    assert service.analyse(ws, now=NOW) == 0
    assert not any(one.used for one in service.quality(ws)[1])


def test_customers_carry_what_their_words_told(ws: Workspace) -> None:
    tell(ws, [*forty(), wrote("caller 01", "谢谢，很满意", 9)])
    rows = {row["person_id"]: row for row in service.customers(ws, None).to_pylist()}
    assert len(rows) == 40
    caller = rows["caller 01"]
    assert (caller["texts"], caller["wait"], caller["negative"], caller["positive"]) == (2, 1, 1, 1)
    assert caller["last_said_at"] > NOON
