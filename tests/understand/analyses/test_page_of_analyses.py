"""`docs/analyses.md` lists what is declared: `RECORD_ANALYSES=1` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from regulars.understand.analyses import service
from regulars.understand.analyses.model import Analysis, Customers
from regulars.understand.analyses.options import Option

PAGE = Path(__file__).resolve().parents[3] / "docs" / "analyses.md"
HEAD = """# The analyses

Made from the declarations (`analysis.py` of each noun); do not edit by hand: run
`RECORD_ANALYSES=1 scripts/test tests/understand/analyses/test_page_of_analyses.py`.

Each question is asked by its page, by `GET /api/v1…`, and by `regulars show NAME` (`--json` for
programs); an option has one name and one meaning on all three. A table comes as a file from
`PAGE/tables/TABLE?format=csv` (or `xlsx`) with the same options, a list of customers from its page
with `?format=csv`.
"""


def written(analysis: Analysis) -> Iterator[str]:
    """Yield the lines of one analysis."""
    yield f"\n## {analysis.title.en}"
    yield f"{analysis.question.en} {analysis.meaning.en}\n"
    yield "| | |\n|---|---|"
    yield f"| page | `{analysis.menu or analysis.path}` |"
    yield f"| API | `/api/v1{analysis.api_path}` |"
    yield f"| command | `regulars show {analysis.name}` |"
    for option in (*analysis.options, *(one for one, _act in analysis.instead)):
        yield f"| option | {spelt(option)} |"
    for table in analysis.tables:
        heads = ", ".join(one.title.en for one in table.columns)
        yield f"| table | `{table.name}`: {table.title.en} ({heads}) |"
    for listed in analysis.every_list:
        yield f"| customers | {of_customers(listed, analysis)} |"
    if analysis.panel is not None:
        path = analysis.panel.path or analysis.name
        yield f"| of one customer | `/api/v1/people/{{person}}/{path}` |"


def spelt(option: Option) -> str:
    """Return an option's name, meaning, choices and default."""
    choices = f" One of {', '.join(f'`{key}`' for key, _title in option.choices)}."
    default = "" if option.default in (None, False) else f" Default: `{option.default}`."
    on_page = f" On the page: `{option.on_page}`." if option.on_page is not None else ""
    choices = choices if option.choices else ""
    return f"`{option.name}`: {option.words.en.rstrip('.')}.{choices}{default}{on_page}"


def of_customers(listed: Customers, analysis: Analysis) -> str:
    """Return where a list stands, its question and its filters."""
    filters = ", ".join(f"`{one.name}`" for one in listed.filters)
    narrowed = f" (by {filters})" if filters else ""
    return f"`{analysis.path}/{listed.name}`: {listed.question.en}{narrowed}"


def test_the_page_of_the_analyses_says_what_is_declared() -> None:
    lines = [line for one in service.every() for line in written(one)]
    text = HEAD + "\n".join(lines) + "\n"
    if os.environ.get("RECORD_ANALYSES"):
        PAGE.write_text(text, "utf-8")
    assert PAGE.read_text("utf-8") == text, "run the test once with RECORD_ANALYSES=1"
