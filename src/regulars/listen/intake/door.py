"""One post from its bytes to its answer: key, limits, reading, waiting for durability."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from regulars.company.keys import service as keys
from regulars.company.keys.model import WriteKey
from regulars.kit import clock
from regulars.kit.errors import NotSignedIn
from regulars.kit.text import Text
from regulars.listen.intake import limits, mapping, service, timing, wire
from regulars.listen.intake.committer import Committer
from regulars.listen.intake.documentation import SHOWN_REFUSALS
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.model import Arrival, EventOutcome, Refused
from regulars.timeline.workspace import Workspace

TRUST_SECONDS = 1.0
"""How long a checked key is trusted before `company.keys` is asked again."""
REMEMBERED_KEYS = 1_000
EVENTS_A_REQUEST = 10
"""Events a second that a key may send for each request a second, unless settings say."""
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


@dataclass(frozen=True, slots=True)
class _Post:
    """The calls of one request, still raw, and who sent them."""

    body: wire.Batch
    call: str
    sender: Sender

    def read(self) -> list[Arrival]:
        """Return each call as an arrival."""
        name = self.call if self.call in wire.CALLS else None
        return [mapping.read(raw, self.sender, name) for raw in self.body.batch]

    def __len__(self) -> int:
        return len(self.body.batch)


class Door:
    """The intake of one server: its committer, its rate limit, and what it remembers."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._limits = workspace.settings.intake
        self._identities = Identities(workspace)
        requests = self._limits.requests_per_second
        self._rate = limits.Rate(requests)
        self._event_rate = limits.Rate(
            self._limits.events_per_second or EVENTS_A_REQUEST * requests, limits.EVENTS
        )
        self._checked: dict[str, tuple[float, WriteKey]] = {}
        self._committer: Committer[_Post, list[EventOutcome]] = Committer(self._keep, self._tidy)
        self._committer.start()

    def close(self) -> None:
        """Commit what waits and end."""
        self._committer.stop()

    async def take(self, request: Request, call: str) -> Answer:
        """Read one post and return what became of its events, once they are durable.

        `call` is the endpoint's name; batch and import hold many. Raises an error of ours whose
        status is that of the answer (400, 401, 413, 429, 503).
        """
        received_at = clock.microseconds(clock.now())
        key = await self._key(_secret_of(request)) if "authorization" in request.headers else None
        body, key = await self._body(request, call, key)
        if not body.batch:
            return Answer([], single=False)
        post = _Post(body, call, self._sender(body, call, key, received_at))
        outcomes = await self._committer.put(post, len(post))
        return Answer(outcomes, single=call in wire.CALLS)

    async def _body(
        self, request: Request, call: str, key: WriteKey | None
    ) -> tuple[wire.Batch, WriteKey]:
        """Return the calls and the key, which the body may carry instead of the header."""
        limit = self._limits.event_bytes if call in wire.CALLS else self._limits.batch_bytes
        headers = request.headers
        raw = await limits.read_body(request.stream(), headers.get("content-length"), limit)
        raw = wire.unpacked(raw, headers.get("content-encoding", ""), limit)
        if wire.has_surrogates(raw):
            raw = await run_in_threadpool(wire.mend, raw)
        try:
            body = wire.read_single(raw) if call in wire.CALLS else wire.read_batch(raw)
        except wire.BadBody:
            if key is None:
                raise _no_key() from None
            raise
        key = key or await self._key(body.write_key or "")
        self._rate.spend(key.id, clock.monotonic())
        if len(body.batch) > self._limits.batch_events:
            raise wire.too_many(len(body.batch), self._limits.batch_events)
        self._event_rate.spend(key.id, clock.monotonic(), len(body.batch))
        return body, key

    async def _key(self, secret: str) -> WriteKey:
        """Return what the key allows; raises NotSignedIn (401)."""
        if not secret:
            raise _no_key()
        now = clock.monotonic()
        checked_at, key = self._checked.get(secret, (0.0, None))
        if key is not None and now - checked_at < TRUST_SECONDS:
            return key
        check = partial(keys.check_write_key, self._workspace, secret, clock.now())
        try:
            key = await run_in_threadpool(check)
        except NotSignedIn:
            self._checked.pop(secret, None)
            raise _no_key() from None
        if len(self._checked) >= REMEMBERED_KEYS:
            self._checked.clear()
        self._checked[secret] = (now, key)
        return key

    def _sender(self, body: wire.Batch, call: str, key: WriteKey, received_at: int) -> Sender:
        try:
            sent_at = None if body.sent_at is None else timing.moment(body.sent_at, "sentAt")
        except Refused:
            sent_at = None  # a broken clock must not cost the events; we take them as they say
        return Sender(
            key=key,
            identities=self._identities,
            currency=self._workspace.settings.workspace.currency,
            event_bytes=self._limits.event_bytes,
            received_at=received_at,
            sent_at=sent_at,
            context=body.context,
            history=call == "import",
        )

    def _keep(self, posts: Sequence[_Post]) -> list[list[EventOutcome]]:
        """Read the events of all posts, store them together, and hand each its outcomes."""
        arrivals = [arrival for post in posts for arrival in post.read()]
        sizes = [len(post) for post in posts]
        outcomes = iter(service.store(self._workspace, arrivals, clock.now(), sizes=sizes))
        return [list(islice(outcomes, size)) for size in sizes]

    def _tidy(self) -> None:
        service.forget_old(self._workspace, clock.now())


def _secret_of(request: Request) -> str:
    """Return the user name of basic authentication, or the token of a bearer."""
    kind, _, rest = request.headers["authorization"].partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _no_key() -> NotSignedIn:
    return NotSignedIn(
        "intake.key",
        Text(
            "Send a valid write key as the user name of basic authentication, or as writeKey.",
            "请以基本认证的用户名或 writeKey 字段发送有效的写入密钥。",
        ),
        field="writeKey",
    )


def encode(answer: Answer, language: str) -> bytes:
    """Return the answer's JSON body."""
    return msgspec.json.encode(_plain(answer, language))


def _plain(answer: Answer, language: str) -> dict[str, object]:
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
