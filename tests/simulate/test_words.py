"""There is much to say, in both languages."""

from __future__ import annotations

from regulars.simulate import words


def test_there_is_much_to_say_in_both_languages() -> None:
    written = words.book()
    assert len(set(written.sentences.to_pylist())) > 3_000
    sizes = written.count.reshape(len(words.THEMES), len(words.MOODS), len(words.SPOKEN))
    assert (sizes.sum(axis=1) > 0).all()
    assert not any("{" in one for one in written.sentences.to_pylist())
