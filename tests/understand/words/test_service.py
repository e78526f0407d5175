"""Each text is read once, counted by customer, searched, corrected, forgotten with its author."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.understand.words.made import NOON, NOW, forty, tell, wrote
from tests.understand.words.test_analysis import signed

from regulars.company.rights.model import SHELL, Role
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.timeline import erasure
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventFilter, EventScope
from regulars.understand.words import keeping, service
from regulars.understand.words.model import Mood, TextKind, TopicLine, Words
from regulars.understand.words.searching import Sought

ALL = EventScope()


def told(ws: Workspace) -> Words:
    return service.words(ws, service.WordsParameters(EventFilter("all")), now=NOW)


def line(lines: list[TopicLine], key: str, touchpoint: str = "") -> TopicLine:
    return next(one for one in lines if (one.key, one.touchpoint) == (key, touchpoint))


def test_feelings_and_types_are_counted_by_customer(any_ws: Workspace) -> None:
    tell(any_ws, [*forty(), wrote("caller 01", "I was on hold for an hour again", 9)])
    found = told(any_ws)
    assert (found.texts, found.people, found.unread) == (41, 40, 0)
    assert found.languages == {"zh": 30, "en": 11}
    assert line(found.moods, "positive").share.value == 0.5
    waiting = line(found.kinds, "wait")
    assert (waiting.texts, waiting.people, waiting.share.value) == (11, 10, 0.25)
    assert line(found.kinds, "digital_divide").people == 10
    assert line(found.cells, "wait", "hotline").marked


def test_a_text_is_read_once_and_what_is_new_is_read_next(ws: Workspace) -> None:
    tell(ws, forty())
    assert service.analyse(ws, now=NOW) == 0
    tell(ws, [wrote("late comer", "好", 5)], read=False)
    assert told(ws).unread == 1
    flush(ws)
    assert service.analyse(ws, now=NOW) == 1
    assert keeping.load(ws).num_rows == 41


def test_progress_is_told_while_texts_are_read(ws: Workspace) -> None:
    tell(ws, forty(), read=False)
    seen: list[float] = []
    service.analyse(ws, now=NOW, progress=seen.append)
    assert seen[-1] == 1.0


def test_only_the_words_of_customers_are_read(ws: Workspace) -> None:
    tell(ws, [wrote("agent", "sorry to keep you waiting", actor="staff"), wrote("Ann", "  ")])
    assert keeping.load(ws).num_rows == 0
    assert told(ws).texts == 0


def test_search_finds_every_word_in_both_languages(any_ws: Workspace) -> None:
    tell(any_ws, [*forty(), wrote("Zoe", "hold the door, HOLD it for an hour", 5)])
    found = service.search(any_ws, Sought("hold hour"), ALL)
    assert found.total == 11
    assert found.readings[0].text.startswith("hold the door")  # said twice, so it ranks first
    assert service.search(any_ws, Sought("付款 按钮"), ALL).total == 10
    assert service.search(any_ws, Sought('"按钮太小"'), ALL).total == 10
    assert service.search(any_ws, Sought("old"), ALL).total == 0  # a word begins with it, or not
    assert service.search(any_ws, Sought("!!"), ALL).total == 0


def test_search_is_narrowed_paged_and_marked(ws: Workspace) -> None:
    tell(ws, [wrote(f"caller {n:02d}", "on hold for an hour", n) for n in range(25)])
    first = service.search(ws, Sought("hold", TextKind.WAIT, Mood.NEGATIVE), ALL)
    assert (first.total, len(first.readings), first.more) == (25, 20, True)
    second = service.search(ws, Sought("hold", number=2), ALL)
    assert (len(second.readings), second.more) == (5, False)
    assert [piece.words for piece in first.readings[0].pieces if piece.hit] == ["hold"]
    assert service.search(ws, Sought("hold", TextKind.KNOWLEDGE), ALL).total == 0
    newest = service.search(ws, Sought(kind=TextKind.WAIT), ALL).readings[0]
    assert newest.person_id == "caller 24"
    assert {item.words for item in newest.evidence} == {"on hold", "for an hour"}


def test_nobody_finds_what_was_said_elsewhere(ws: Workspace) -> None:
    tell(ws, [wrote("Ann", "slow till", place="north"), wrote("Bo", "slow door", place="south")])
    north = EventScope(scope=frozenset({"north"}))
    assert [one.text for one in service.search(ws, Sought("slow"), north).readings] == ["slow till"]
    assert service.search(ws, Sought(), north).total == 1
    assert service.of_person(ws, "Bo", scope=frozenset({"north"})) == []
    assert service.customers(ws, frozenset({"north"})).column("person_id").to_pylist() == ["Ann"]
    south = next(
        row for row in service.search(ws, Sought(), ALL).readings if row.text == "slow door"
    )
    with pytest.raises(NotFound):
        service.correct(ws, south.event_id, Mood.POSITIVE, [], None,
                        scope=frozenset({"north"}), by=SHELL, now=NOW)  # fmt: skip


def test_a_correction_holds_at_once_and_can_be_taken_back(any_ws: Workspace) -> None:
    tell(any_ws, forty())
    one = service.search(any_ws, Sought(kind=TextKind.WAIT), ALL).readings[0]
    service.correct(any_ws, one.event_id, Mood.NEUTRAL, [TextKind.PROCESS], "order",
                    scope=None, by=SHELL, now=NOW)  # fmt: skip
    (again,) = service.texts(any_ws, [one.event_id], scope=None)
    assert (again.mood, again.kinds, again.meant) == (Mood.NEUTRAL, [TextKind.PROCESS], "order")
    assert again.corrected
    assert line(told(any_ws).kinds, "wait").people == 9
    service.take_back(any_ws, one.event_id, scope=None, by=SHELL)
    (back,) = service.texts(any_ws, [one.event_id], scope=None)
    assert (back.kinds, back.corrected) == ([TextKind.WAIT], False)


def test_a_changed_lexicon_reads_everything_anew_and_can_be_undone(ws: Workspace) -> None:
    tell(ws, [*forty(), wrote("Cem", "the gizmo wobbles", 4)])
    mine = service.current(ws)["en"]
    kinds = {**mine.kinds, TextKind.PROCESS: (*mine.kinds[TextKind.PROCESS], "gizmo*")}
    changed = replace(mine, kinds=kinds, touchpoints={})
    assert service.save(ws, changed, 0, by=SHELL, now=NOW) == 1
    assert service.unread_now(ws) == 41
    assert line(told(ws).kinds, "process").people == 0  # the old readings stand meanwhile
    assert service.analyse(ws, now=NOW) == 41
    assert line(told(ws).kinds, "process").people == 1
    with pytest.raises(Conflict):
        service.save(ws, changed, 0, by=SHELL, now=NOW)
    service.restore(ws, "en", 0, by=SHELL, now=NOW)
    service.analyse(ws, now=NOW)
    assert line(told(ws).kinds, "process").people == 0
    assert [one.number for one in service.history(ws, "en")] == [2, 1, 0]


def test_unknown_touchpoints_are_refused(ws: Workspace) -> None:
    mine = service.current(ws)["zh"]
    wrong = replace(mine, touchpoints={"moon": ("月球",)})
    with pytest.raises(Invalid):
        service.save(ws, wrong, 0, by=SHELL, now=NOW)


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


def test_nothing_remains_of_who_is_erased(any_ws: Workspace) -> None:
    rows = [*forty(), wrote("Marker Mia", "xylophonewords 木琴词语 on hold", 3)]
    tell(any_ws, rows)
    mine = rows[-1]["event_id"]
    service.correct(any_ws, mine, Mood.NEGATIVE, [TextKind.WAIT], None,
                    scope=None, by=SHELL, now=NOW)  # fmt: skip
    erasure.erase(any_ws, ["Marker Mia"], by="test", now=NOW)
    assert service.search(any_ws, Sought("xylophonewords"), ALL).total == 0
    assert service.corrections(any_ws) == []
    assert "Marker Mia" not in keeping.load(any_ws).column("identity_id").to_pylist()
    assert told(any_ws).people == 40
    if any_ws.database.file is not None:
        for file in Path(any_ws.folder).rglob("*"):
            if file.is_file():
                assert b"xylophonewords" not in file.read_bytes(), file


def test_customers_carry_what_their_words_told(ws: Workspace) -> None:
    tell(ws, [*forty(), wrote("caller 01", "谢谢，很满意", 9)])
    rows = {row["person_id"]: row for row in service.customers(ws, None).to_pylist()}
    assert len(rows) == 40
    caller = rows["caller 01"]
    assert (caller["texts"], caller["wait"], caller["negative"], caller["positive"]) == (2, 1, 1, 1)
    assert caller["last_said_at"] > NOON
