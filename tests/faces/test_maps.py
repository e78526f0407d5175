"""A heat map turns at its middle; names beside a radar are short lines."""

from __future__ import annotations

from regulars.faces import maps


def test_a_heat_map_turns_at_its_middle() -> None:
    option = maps.heatmap(["07"], ["Shop"], [(0, 0, 4.5, 90)], turning=4.0)
    assert (option["visualMap"]["min"], option["visualMap"]["max"]) == (3.5, 4.5)


def test_names_beside_a_radar_are_short_lines() -> None:
    names = ["Problem-resolution rate", "Understanding", "可靠性（信守承诺）的能力啊啊"]
    option = maps.radar(names, [])
    assert [one["name"] for one in option["radar"]["indicator"]] == [
        "Problem-\nresolution\nrate", "Understanding", "可靠性（信守\n承诺）的能力\n啊啊",
    ]  # fmt: skip
