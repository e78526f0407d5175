"""What a call says about persons and groups."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from regulars.kit.text import Text
from regulars.listen.identities.model import email_names_someone, phone_names_someone
from regulars.listen.intake.fields import Sender, read_id, read_object
from regulars.listen.intake.model import Arrival, Refused, Row, Tie
from regulars.listen.intake.wire import Context, Message
from regulars.listen.profiles.model import canonical


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
    return [Tie(now, one, "alias") for one in sorted(before)]


def identify(
    arrival: Arrival, row: Row, message: Message, context: Context, sender: Sender
) -> None:
    """Put the ties and traits of an identify call on its arrival."""
    arrival.traits = values = _traits(message, context)
    main, of = str(row.identity_id), sender.identities.of
    user, anonymous = (
        read_id(message.user_id, "userId"),
        read_id(message.anonymous_id, "anonymousId"),
    )
    if user is not None and anonymous is not None:
        arrival.ties.append(Tie(of("user", user), of("anonymous", anonymous), "identify"))
    email, phone = _naming_someone(values)
    if email:
        arrival.ties.append(Tie(main, of("email", email), "email"))
    if phone:
        arrival.ties.append(Tie(main, of("phone", phone), "phone"))


def addresses(message: Message) -> tuple[str | None, str | None]:
    """Return the e-mail address and the phone number that a call tells, whether it is sound or not.

    What is refused is kept only under these too, so that it goes with whoever has them.
    """
    try:
        return _naming_someone(_traits(message, message.context or Context()))
    except Refused:
        return None, None


def _traits(message: Message, context: Context) -> dict[str, str | None]:
    traits = context.traits if isinstance(context.traits, dict) else {}
    return canonical({**traits, **read_object(message.traits, "traits")})


def _naming_someone(values: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    email, phone = values.get("email"), values.get("phone")
    return (
        email if email and email_names_someone(email) else None,
        phone if phone and phone_names_someone(phone) else None,
    )
