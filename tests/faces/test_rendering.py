"""The macros of `parts.html`, rendered as a page would."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi import Request

from regulars.faces.language import speaking
from regulars.faces.paging import Page
from regulars.faces.rendering import _during, environment
from regulars.kit.text import Text
from tests.faces.conftest import Lin

TEMPLATES = environment(())


def render(source: str, **values: Any) -> str:
    return TEMPLATES.from_string(source).render(**values)


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        ("met", "met", "达成"),
        ("not_met", "not met", "未达成"),
        ("undetermined", "undetermined", "样本不足，待判定"),
        ("no_metric_yet", "metric not available yet", "指标未接入"),
    ],
)
def test_a_verdict_is_a_word_and_a_shape(kind: str, english: str, chinese: str) -> None:
    words = render("{{ parts.verdict(kind) }}", kind=kind)
    assert words == f'<span class="verdict {kind}">{english}</span>'
    with speaking("zh"):
        assert chinese in render("{{ parts.verdict(kind) }}", kind=kind)


def test_a_text_within_words_is_said_in_the_language_of_the_page() -> None:
    source, what = "{{ _('By {what}', what=what) }}", Text("channel", "渠道")
    assert render(source, what=what) == "By channel"
    with speaking("zh"):
        assert render(source, what=what) == "按渠道"


def test_a_number_comes_with_its_interval_and_n() -> None:
    words = render("{{ parts.number(0.9, 'share', 100, 0.826, 0.945) }}")
    assert re.sub("<[^>]+>", "", words) == "90.0% 82.6% – 94.5% n&nbsp;100"
    assert "–" in render("{{ parts.number(none, 'share', 0) }}")


def test_a_whisker_says_in_words_what_it_draws() -> None:
    words = render("{{ parts.whisker(58.4, 55.9, 60.8, 60, 'score') }}")
    assert 'aria-label="58.4, 95% interval 55.9 to 60.8, target 60.0"' in words
    places = [float(x) for x in re.findall(r'x[12]?="([\d.]+)"', words)]
    assert all(0 <= place <= 200 for place in places)
    assert "no interval yet" in render("{{ parts.whisker(58.4, none, none) }}")


def test_a_whisker_of_one_point_is_drawn() -> None:
    assert "<svg" in render("{{ parts.whisker(0, 0, 0, 0) }}")


def test_the_words_of_a_whisker_stay_inside_its_picture() -> None:
    words = render("{{ parts.whisker(1, 0.997, 1, 0.5, 'share', 0, 1) }}")
    (middle,) = re.findall(r'<text x="([\d.]+)" y="9"', words)
    assert float(middle) + len("99.7% – 100.0%") * 3.4 <= 200


def test_a_slider_says_where_it_stands() -> None:
    words = render("{{ parts.field('share', 'Share', 0.3, type='range') }}")
    assert '<output for="field-share">0.3</output>' in words


def test_a_missing_month_breaks_the_line_of_a_sparkline() -> None:
    assert render("{{ parts.sparkline([1, 2, none, 3, 4]) }}").count("<polyline") == 2
    assert "<svg" not in render("{{ parts.sparkline([1, none]) }}")


def test_an_empty_table_says_what_to_do_next() -> None:
    source = (
        "{% call(row) parts.table([{'title': 'Name'}], rows, empty='No file yet.', "
        "empty_href='/imports', empty_link='Bring one in') %}<td>{{ row }}</td>{% endcall %}"
    )
    words = render(source, rows=[])
    assert "<table" not in words
    assert '<a class="button" href="/imports">Bring one in</a>' in words
    assert "<td>a.csv</td>" in render(source, rows=["a.csv"])


def test_a_sorted_column_says_so_to_everybody() -> None:
    source = (
        "{% call(row) parts.table([{'title': 'n', 'key': 'n', 'numeric': true}], [1], sort='-n') %}"
        "<td>{{ row }}</td>{% endcall %}"
    )
    words = render(source)
    assert 'aria-sort="descending"' in words
    assert "↓" in words


def test_names_cannot_leave_the_data_of_a_chart() -> None:
    option = {"series": [{"name": "</script><img src=x onerror=alert(1)>"}]}
    words = render("{{ parts.chart('c', option, 'Chart') }}", option=option)
    assert words.count("</script>") == 1
    assert "<img" not in words
    data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', words, re.DOTALL)
    assert data is not None
    assert json.loads(data[1]) == option


def test_a_field_names_its_error_to_screen_readers() -> None:
    words = render("{{ parts.field('age', 'Age', 'x', error='Write a number.', min=0) }}")
    assert 'aria-invalid="true"' in words
    assert 'aria-describedby="field-age-error"' in words
    assert 'id="field-age-error">Write a number.' in words
    assert 'min="0"' in words


def test_values_are_escaped_everywhere() -> None:
    bad = "<b>&"
    source = (
        "{{ parts.field('a', bad, bad, hint=bad) }}{{ parts.flash('bad', bad) }}"
        "{{ parts.select('s', bad, [(bad, bad)], bad) }}{{ parts.tabs([(bad, '/', true)]) }}"
        "{{ parts.confirm('x', bad, bad, '/x', fields={'y': bad}) }}{{ parts.verdict('met', bad) }}"
    )
    assert "<b>&<" not in render(source, bad=bad)
    assert 'value="<b>' not in render(source, bad=bad)


def test_paging_leads_both_ways() -> None:
    words = render("{{ parts.paging(page) }}", page=Page([1], {"page": 3}, {"page": None}, 312))
    assert 'rel="prev"' in words
    assert 'rel="next"' in words
    assert "312 in all" in words
    assert render("{{ parts.paging(page) }}", page=Page([1])) == ""


@pytest.mark.parametrize(("role", "shown"), [("manager", True), ("agent", False)])
def test_files_are_offered_to_those_who_may_have_them(role: str, shown: bool) -> None:
    asking = Request({"type": "http", "method": "GET", "path": "/orders", "headers": []})
    asking.state.principal = Lin(role=role)
    with _during(asking):
        assert ("format=csv" in render("{{ parts.export_buttons('/orders') }}")) is shown
