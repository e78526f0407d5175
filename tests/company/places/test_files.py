"""The file of a tree is strict, says what is wrong, and gives back what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.company.places import files
from regulars.company.places.model import Kind, Place, Tree
from regulars.kit.errors import Invalid
from regulars.kit.text import Text


def test_the_file_is_strict_and_says_what_is_wrong() -> None:
    with pytest.raises(Invalid, match="parnt"):
        files.parse('[[place]]\nid = "a"\nparnt = "b"\n')
    with pytest.raises(Invalid, match="line 2"):
        files.parse('[[place]]\nid = "a" "b"\n')
    only_english = files.parse('[[place]]\nid = "a"\nname = "Alpha"\n')
    assert only_english.get("a").name == Text("Alpha", "Alpha")


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).map(str.strip)


@given(st.lists(NAMES.filter(bool), unique=True, max_size=6), st.dates())
def test_the_file_gives_back_what_was_written(names: list[str], day: object) -> None:
    places = [
        Place(name, Text(name, name), Kind.TEAM, names[n - 1] if n else None, opened_on=day)  # type: ignore[arg-type]
        for n, name in enumerate(names)
    ]
    assert files.parse(files.render(places)) == Tree(places)
