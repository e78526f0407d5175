"""Which answers are an outcome: how that is written, chosen and offered; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regulars.kit.text import Text
from regulars.timeline.vocabulary import RELATIONSHIP, SURVEY_KINDS

MIN_PEOPLE = 100
"""With fewer people who have an outcome there is no ranking."""
MAX_OFFERED = 12
UNDECLARED = "undeclared"
KINDS = (*SURVEY_KINDS, UNDECLARED)
KIND_WORDS: Mapping[str, Text] = {
    "relationship": Text("relationship survey", "关系型调研"),
    "transactional": Text("transactional survey", "交易型调研"),
    UNDECLARED: Text("kind of survey not declared", "未注明调研类型"),
}
NPS, CSAT = "nps", "csat"
VERDICTS = (NPS, CSAT)
"""What sums up a touchpoint; of the same touchpoint, none explains another one."""
SCALE = re.compile(r"(-?\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Basis:
    """Answers that may be added up: to one question, on one scale, in one kind of survey.

    The same rule as the metric registry's: other answers are another number.
    """

    metric: str
    kind: str
    low: float
    high: float

    @property
    def scale(self) -> str:
        """The scale in words: 0-10."""
        return f"{self.low:g}-{self.high:g}"

    @property
    def words(self) -> Text:
        """Kind of survey and scale in words."""
        kind, span = KIND_WORDS.get(self.kind, Text(self.kind, self.kind)), self.scale
        return Text(f"Outcome: {kind.en}, scale {span}.", f"结果：{kind.zh}，{span} 分制。")


@dataclass(frozen=True, slots=True)
class StatedOutcome:
    """An outcome that was said, as far as it is named; written `nps:transactional:0-10@till`."""

    metric: str
    kind: str | None = None
    scale: str | None = None
    touchpoint: str | None = None

    @classmethod
    def of(cls, word: str) -> StatedOutcome:
        """Read what `word` writes. A kind and a scale are only what they look like."""
        rest, _at, touchpoint = word.partition("@")
        scale = kind = None
        before, _colon, last = rest.rpartition(":")
        if before and SCALE.fullmatch(last):
            rest, scale = before, last
            before, _colon, last = rest.rpartition(":")
        if before and last in KINDS:
            rest, kind = before, last
        return cls(rest, kind, scale, touchpoint or None)

    @property
    def word(self) -> str:
        """The outcome as it is asked for."""
        name = ":".join(part for part in (self.metric, self.kind, self.scale) if part)
        return f"{name}@{self.touchpoint}" if self.touchpoint else name

    def fits(self, basis: Basis) -> bool:
        """Tell whether these answers are meant."""
        return (
            basis.metric == self.metric
            and self.kind in (None, basis.kind)
            and self.scale in (None, basis.scale)
        )


def meant(said: StatedOutcome, known: Iterable[Basis]) -> list[Basis]:
    """Return the answers that are meant; of several kinds of survey, relationship if not said."""
    fits = [basis for basis in known if said.fits(basis)]
    if said.kind is None:
        return [basis for basis in fits if basis.kind == RELATIONSHIP] or fits
    return fits


def mixed(said: StatedOutcome, found: Sequence[Basis]) -> Text:
    """Return why several bases are no outcome, and what to ask for instead."""
    words = ", ".join(shortest(said, basis, found) for basis in found)
    return Text(
        f"“{said.word}” would mix answers that must not be added: choose one of {words}.",
        f"“{said.word}”会混合不可合并的回答：请选择 {words} 之一。",
    )


def shortest(said: StatedOutcome, basis: Basis, bases: Sequence[Basis]) -> str:
    """Return the shortest words that mean this basis and none of the others."""
    bare = StatedOutcome(basis.metric, touchpoint=said.touchpoint)
    with_kind = replace(bare, kind=basis.kind)
    words = (bare, with_kind, replace(bare, scale=basis.scale))
    full = replace(with_kind, scale=basis.scale)
    return next((one.word for one in words if meant(one, bases) == [basis]), full.word)


def offers(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what can be asked about, from rows of `queries.offered`: NPS, CSAT, then the rest.

    Satisfaction over all touchpoints needs another question to go with; single items of a
    survey are offered where it is about the relation as a whole.
    """
    enough = [row for row in rows if row["people"] >= MIN_PEOPLE and row["metric"]]
    bases: dict[tuple[str, str], list[Basis]] = {}
    for row in rows:
        bases.setdefault((row["metric"], row["touchpoint"]), []).append(basis_of(row))
    others = {row["metric"] for row in enough if row["touchpoint"] and row["kind"] != RELATIONSHIP}
    offered = [row for row in enough if _offered(row, others)]
    offered.sort(key=lambda row: (row["metric"] != NPS, row["touchpoint"] != "", -row["people"]))
    made = [
        shortest(
            StatedOutcome(row["metric"], touchpoint=row["touchpoint"] or None),
            basis_of(row),
            bases[row["metric"], row["touchpoint"]],
        )
        for row in offered
    ]
    return list(dict.fromkeys(made))[:MAX_OFFERED]


def _offered(row: Mapping[str, Any], others: set[str]) -> bool:
    metric, relation = str(row["metric"]), row["kind"] == RELATIONSHIP
    if row["touchpoint"]:
        return metric == CSAT or (metric != NPS and relation)
    return metric == NPS or (metric == CSAT and not relation and not others <= set(VERDICTS))


def basis_of(row: Mapping[str, Any]) -> Basis:
    """Return the basis of a row."""
    return Basis(row["metric"], row["kind"], row["low"], row["high"])


@dataclass(frozen=True, slots=True)
class Item:
    """One question about one touchpoint: what an attribute is."""

    touchpoint: str
    basis: Basis


def named(items: Sequence[Item]) -> dict[Item, tuple[str, str]]:
    """Return each item's key and question: nothing but the touchpoint where it has only one."""
    titles = {}
    for item in items:
        same = [other.basis for other in items if other.touchpoint == item.touchpoint]
        asked = [other for other in same if other.metric == item.basis.metric]
        question = ""
        if len(same) > 1:
            full = (item.basis.metric, item.basis.kind, item.basis.scale)
            question = item.basis.metric if len(asked) == 1 else " ".join(full)
        key = f"{item.touchpoint}: {question}" if question else item.touchpoint
        titles[item] = (key, question)
    return titles


def attribute(point: Text, question: str) -> Text:
    """Return the name of a touchpoint titled `point`, or of one question about it."""
    return (
        Text(f"{point.en}: {word(question)}", f"{point.zh}：{word(question)}")
        if question
        else point
    )


def word(metric: str) -> str:
    """Return a metric as people write it."""
    return metric.upper() if metric in (NPS, CSAT, "ces") else metric
