"""The answer to a post: how many events were taken in, which were refused, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from regulars.kit.text import Language
from regulars.listen.intake import service
from regulars.listen.intake.documentation import SHOWN_REFUSALS
from regulars.listen.intake.model import Arrival, RefusalReason, Verdict

MAX_TOLD = 20
"""Values that name nobody that an answer lists."""
FIELDS = {
    "user": "userId",
    "anonymous": "anonymousId",
    "email": "traits.email",
    "phone": "traits.phone",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the events of one post, in their order."""

    arrivals: Sequence[Arrival]
    verdicts: Sequence[Verdict]
    single: bool

    @property
    def all_refused(self) -> bool:
        """Tell whether nothing of the post was taken in, now or before."""
        return bool(self.verdicts) and True not in self.verdicts and False not in self.verdicts


def encode(answer: Answer, language: Language) -> bytes:
    """Return the answer's JSON body."""
    return msgspec.json.encode(_plain(answer, language))


def _plain(answer: Answer, language: Language) -> dict[str, object]:
    arrivals, verdicts = answer.arrivals, answer.verdicts
    accepted, duplicates = verdicts.count(True), verdicts.count(False)
    body: dict[str, object] = {
        "success": not answer.all_refused,
        "accepted": accepted,
        "duplicates": duplicates,
    }
    if answer.single and arrivals:
        body["messageId"] = arrivals[0].message_id
    if (total := len(verdicts) - accepted - duplicates) > 0:
        pairs = zip(arrivals, verdicts, strict=True)
        every = ((one.message_id, why) for one, why in pairs if isinstance(why, RefusalReason))
        refused = [
            {"messageId": message_id, **service.plain(reason, language)}
            for message_id, reason in islice(every, SHOWN_REFUSALS)
        ]
        body |= {"refused": refused, "refusedTotal": total}
        if answer.all_refused:
            body = {**refused[0], **body}
    nobody = _nobody(answer)
    return body if not nobody else {**body, "nobody": nobody}


def _nobody(answer: Answer) -> list[dict[str, object]]:
    """Return the values that name nobody in what was taken in, the most frequent first."""
    named = [
        arrival.nobodies
        for arrival, verdict in zip(answer.arrivals, answer.verdicts, strict=True)
        if arrival.nobodies and not isinstance(verdict, RefusalReason)
    ]
    counted = Counter(pair for pairs in named for pair in pairs)
    return [
        {"field": FIELDS[kind], "value": value, "events": events}
        for (kind, value), events in counted.most_common(MAX_TOLD)
    ]
