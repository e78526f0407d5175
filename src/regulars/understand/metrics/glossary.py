"""The glossary as a page of the documentation, made from the registry."""

from __future__ import annotations

from itertools import groupby

from regulars.understand.metrics import service
from regulars.understand.metrics.model import GROUP_TITLES, Definition
from regulars.understand.policy import MIN_GROUP

HEAD = f"""# Glossary of metrics

Made from the registry by `regulars glossary --to docs/glossary.md`; do not edit by hand. Periods
are half-open and lie in the workspace's reporting time zone. Customers' own actions only count
unless a line says otherwise. Every number has its n and a 95 % interval; below n = {MIN_GROUP} it
is withheld. Where its events (one of each list under “Events”) were never received, it is not
measured, rather than 0. How intervals are made stands in
[algorithms/intervals.md](algorithms/intervals.md).
"""


def markdown() -> str:
    """Return the glossary in both languages."""
    parts = [HEAD]
    for group, found in groupby(service.definitions(), key=lambda one: one.group):
        title = GROUP_TITLES[group]
        parts.append(f"## {title.en} · {title.zh}\n")
        parts.extend(_entry(one) for one in found)
    return "\n".join(parts)


def _entry(definition: Definition) -> str:
    lines = [
        f'### <a id="{definition.key}"></a>{definition.title.en} · {definition.title.zh}\n',
        f"`{definition.key}` · unit {definition.unit} · better: {definition.direction}"
        + (f" · scale {definition.scale.en}" if definition.scale else "")
        + ("" if definition.of_customers else " · also reads what we did")
        + "\n",
        f"{definition.meaning.en}\n",
        f"{definition.meaning.zh}\n",
        f"- Base: {definition.base.en} / {definition.base.zh}",
        f"- Window: {definition.window.en} / {definition.window.zh}",
    ]
    if definition.needs:
        lines.append(f"- Events: {'; '.join(' / '.join(one.told) for one in definition.needs)}")
    lines += [
        f"- Example: {example.story.en} → **{example.result}** / {example.story.zh}"
        for example in definition.examples
    ]
    return "\n".join(lines) + "\n"
