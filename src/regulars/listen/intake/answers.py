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
from regulars.listen.intake.model import EventOutcome

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

    outcomes: Sequence[EventOutcome]
    single: bool

    @property
    def all_refused(self) -> bool:
        """Tell whether nothing of the post was taken in, now or before."""
        return bool(self.outcomes) and all(one.status == "refused" for one in self.outcomes)


def encode(answer: Answer, language: Language) -> bytes:
    """Return the answer's JSON body."""
    return msgspec.json.encode(_plain(answer, language))


def _plain(answer: Answer, language: Language) -> dict[str, object]:
    counts = {"accepted": 0, "duplicate": 0, "refused": 0}
    for outcome in answer.outcomes:
        counts[outcome.status] += 1
    body: dict[str, object] = {
        "success": not answer.all_refused,
        "accepted": counts["accepted"],
        "duplicates": counts["duplicate"],
    }
    if answer.single and answer.outcomes:
        body["messageId"] = answer.outcomes[0].message_id
    every = ((one.message_id, one.reason) for one in answer.outcomes if one.reason is not None)
    refused = [
        {"messageId": message_id, **service.plain(reason, language)}
        for message_id, reason in islice(every, SHOWN_REFUSALS)
    ]
    if refused:
        body |= {"refused": refused, "refusedTotal": counts["refused"]}
    nobody = Counter(pair for one in answer.outcomes for pair in one.nobody)
    if nobody:
        body["nobody"] = [
            {"field": FIELDS[kind], "value": value, "events": events}
            for (kind, value), events in nobody.most_common(MAX_TOLD)
        ]
    if answer.all_refused:
        body = {**refused[0], **body}
    return body
