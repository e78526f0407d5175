"""What a call says about persons and groups."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from regulars.kit.text import Text
from regulars.listen.identities.model import email_is_sound
from regulars.listen.intake.fields import Sender, Who, read_id, read_object
from regulars.listen.intake.model import Arrival, Refused, Tie
from regulars.listen.intake.wire import Message
from regulars.listen.profiles.model import canonical

ADDRESSES = ("email", "phone")


def group(message: Message) -> str:
    """Return the properties of a group call; raises Refused without a group."""
    group = read_id(message.group_id, "groupId")
    if group is None:
        raise Refused("intake.group", "groupId", Text("Name the group.", "请填写群组编号。"))
    traits = read_object(message.traits, "traits")
    return msgspec.json.encode(
        {"groupId": group, **({"traits": traits} if traits else {})}
    ).decode()


def alias_ties(message: Message, sender: Sender) -> list[Tie]:
    """Return what an alias ties; raises Refused unless it names two ids."""
    user = read_id(message.user_id, "userId")
    previous = read_id(message.previous_id, "previousId") or read_id(
        message.anonymous_id, "anonymousId"
    )
    if user is None or previous is None:
        where = "userId" if user is None else "previousId"
        raise Refused(
            "intake.alias",
            where,
            Text("An alias needs userId and previousId.", "alias 需要 userId 和 previousId。"),
        )
    now = sender.identities.of("user", user)
    # The specification leaves open which kind the previous id is; the other kind is nobody's.
    before = {sender.identities.of(kind, previous) for kind in ("anonymous", "user")} - {now}
    if now is None:
        return []
    return [Tie(now, one, "alias", one) for one in sorted(filter(None, before))]


def identify(arrival: Arrival, who: Who, message: Message, sender: Sender) -> None:
    """Put the ties and traits of an identify call on its arrival."""
    main, values = who.user or who.device, _traits(message, sender)
    named = {kind: _address(kind, values, sender) for kind in ADDRESSES if values.get(kind)}
    for kind in [kind for kind, of in named.items() if of is None]:
        arrival.nobodies = [*arrival.nobodies, (kind, str(values.pop(kind)))]
    if main is None:
        return
    arrival.traits = values
    ties = []
    if who.user is not None and who.device is not None:
        ties.append(Tie(who.user, who.device, "identify", who.device))
    for kind, of in named.items():
        if of is not None and (kind != "email" or email_is_sound(str(values[kind]))):
            former = sender.identities.former(kind, str(values[kind]))
            ties.append(Tie(main, of, kind, of, former))
    arrival.ties = ties


def addresses(message: Message, sender: Sender) -> list[str]:
    """Return the identities of the e-mail address and phone number that a call tells.

    What is refused is kept only under these too, so that it goes with whoever has them.
    """
    try:
        values = _traits(message, sender)
    except Refused:
        return []
    told = [(kind, str(values[kind])) for kind in ADDRESSES if values.get(kind)]
    of, former = sender.identities.of, sender.identities.former
    named = [one for pair in told for one in (of(*pair), former(*pair))]
    return [one for one in named if one is not None]


def _traits(message: Message, sender: Sender) -> dict[str, str | None]:
    context = message.context or sender.context
    traits = context.traits if context is not None and isinstance(context.traits, dict) else {}
    return canonical({**traits, **read_object(message.traits, "traits")})


def _address(kind: str, values: Mapping[str, str | None], sender: Sender) -> str | None:
    return sender.identities.of(kind, str(values[kind]))
