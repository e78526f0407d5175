"""One post from its bytes to its answer: key, limits, reading, waiting for durability."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain, islice

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive

from regulars.company.keys import service as keys
from regulars.company.keys.model import WriteKey
from regulars.kit import clock
from regulars.kit.errors import NotSignedIn
from regulars.kit.text import Text
from regulars.listen.intake import limits, mapping, service, timing, wire
from regulars.listen.intake.answers import Answer
from regulars.listen.intake.committer import Committer
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.model import Arrival, Refused, Verdict
from regulars.store.checkpoints import Checkpoints
from regulars.timeline import listed
from regulars.timeline.workspace import Workspace

TRUST_SECONDS = 1.0
"""How long a checked key is trusted before `company.keys` is asked again."""
REMEMBERED_KEYS = 1_000
EVENTS_A_REQUEST = 10
"""Events a second that a key may send for each request a second, unless settings say."""
PORTION = 200
"""Events that are read before other requests have their turn."""
Headers = Mapping[bytes, bytes]
Call = tuple[msgspec.Raw, wire.Message | None]


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
        self._committer: Committer[list[Arrival], list[Verdict]] = Committer(self._keep, self._tidy)
        self._checkpoints = Checkpoints(workspace.database)
        self._checkpoints.start()
        self._committer.start()

    def close(self) -> None:
        """Commit what waits and end."""
        self._committer.stop()
        self._checkpoints.stop()

    async def take(self, headers: Headers, receive: Receive, call: str) -> Answer:
        """Read one post and return what became of its events, once they are durable.

        `call` is the endpoint's name; batch and import hold many. Raises an error of ours whose
        status is that of the answer (400, 401, 413, 429, 503).
        """
        received_at = clock.microseconds(clock.now())
        given = headers.get(b"authorization")
        key = None if given is None else await self._key(_secret_of(given))
        body, said, key = await self._body(headers, receive, call, key)
        if not body.batch:
            return Answer([], [], single=False)
        self._committer.require_room(len(body.batch))
        sender = await self._sender(body, call, key, received_at)
        arrivals = await self._read(list(zip(body.batch, said, strict=True)), call, sender)
        verdicts = await self._committer.put(arrivals, len(arrivals))
        return Answer(arrivals, verdicts, single=call in wire.CALLS)

    async def _body(
        self, headers: Headers, receive: Receive, call: str, key: WriteKey | None
    ) -> tuple[wire.Batch, Sequence[wire.Message | None], WriteKey]:
        """Return the calls, what they say, and the key, which the body may carry as well."""
        limit = self._limits.event_bytes if call in wire.CALLS else self._limits.batch_bytes
        raw = await limits.read_body(receive, headers.get(b"content-length"), limit)
        raw = wire.unpacked(raw, headers.get(b"content-encoding", b"").decode("latin-1"), limit)
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
        if call in wire.CALLS:
            return body, [None], key
        return body, wire.read_messages(raw, body.batch), key

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

    async def _read(self, calls: Sequence[Call], call: str, sender: Sender) -> list[Arrival]:
        """Return each call as an arrival; of many the others on this server are not held up."""
        name = call if call in wire.CALLS else None
        arrivals: list[Arrival] = []
        for start in range(0, len(calls), PORTION):
            if start:
                await asyncio.sleep(0)
            portion = calls[start : start + PORTION]
            arrivals += [mapping.read(raw, sender, name, message) for raw, message in portion]
        return arrivals

    async def _sender(self, body: wire.Batch, call: str, key: WriteKey, received_at: int) -> Sender:
        if not listed.is_fresh(self._workspace):
            await run_in_threadpool(listed.look, self._workspace)
        self._identities.look()
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

    def _keep(self, posts: Sequence[list[Arrival]]) -> list[list[Verdict]]:
        """Store the events of all posts together, and hand each post its verdicts."""
        arrivals = list(chain.from_iterable(posts))
        sizes = [len(post) for post in posts]
        verdicts = iter(service.store(self._workspace, arrivals, clock.now(), sizes=sizes))
        self._checkpoints.wrote(len(arrivals))
        return [list(islice(verdicts, size)) for size in sizes]

    def _tidy(self) -> None:
        service.forget_old(self._workspace, clock.now())


def _secret_of(authorization: bytes) -> str:
    """Return the user name of basic authentication, or the token of a bearer."""
    kind, _, rest = authorization.decode("latin-1").partition(" ")
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
