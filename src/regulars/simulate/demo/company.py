"""What the demo's company has besides customers: places, staff, a write key."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.places.model import Kind as PlaceKind
from regulars.company.places.model import Place
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit.errors import Invalid
from regulars.kit.period import days
from regulars.kit.text import Text
from regulars.listen.adoption import service as adoption
from regulars.listen.adoption.model import Kind as WordKind
from regulars.prove.targets import service as targets
from regulars.prove.targets.model import TargetKind
from regulars.simulate.demo.model import LOGIN, STORE_LOGIN
from regulars.simulate.model import SPOTS, WORST_STORE
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics

PROGRAMME_DAYS = 365
WORDS = {
    WordKind.SOURCE: {
        "shop": Text("Online shop", "网上商城"),
        "till": Text("Store tills", "门店收银"),
        "chat": Text("Live chat", "在线客服"),
        "call-centre": Text("Call centre", "呼叫中心"),
        "service-desk": Text("Service desk", "服务台"),
        "survey": Text("Surveys", "问卷调研"),
        "campaigns": Text("Campaigns", "营销活动"),
        "membership": Text("Membership programme", "会员系统"),
        "referral": Text("Referrals", "老客推荐"),
        "demo": Text("Demo", "演示"),
        "carrier-swift": Text("Swift (carrier)", "迅达承运"),
        "carrier-crane": Text("Crane (carrier)", "飞鹤承运"),
        "carrier-post": Text("Post (carrier)", "邮政承运"),
    },
    WordKind.CATEGORY: {
        "bedding": Text("Bedding", "床品"),
        "kitchen": Text("Kitchen", "厨具"),
        "lighting": Text("Lighting", "灯具"),
        "furniture": Text("Furniture", "家具"),
        "storage": Text("Storage", "收纳"),
        "scent": Text("Home scent", "香氛"),
    },
}
"""What the simulation's words are called."""


def set_up(ws: Workspace, password: str, language: str, now: datetime) -> None:
    """Write places, accounts and a write key; a second time changes nothing.

    The catalog is the default for shops, which has all touchpoints of the simulation. The
    accounts speak the browser's language; `language` is that of names."""
    spots = [Place(one.id, one.name, PlaceKind(one.kind), one.parent) for one in SPOTS]
    places.replace_all(ws, SHELL, spots, now=now)
    name_words(ws, now)
    if sign_in.is_first_run(ws):
        sign_in.make_first_admin(
            ws, login=LOGIN, name="Demo", password=password, language=None, now=now
        )
        manager = staff.add(
            ws, SHELL,
            login=STORE_LOGIN, name=_manager(language), role=Role.MANAGER,
            places=[WORST_STORE], now=now,
        )  # fmt: skip
        sign_in.set_password(ws, SHELL, manager.id, password, now)
        keys.add_write_key(ws, SHELL, name="Demo shop", source="shop", now=now)


def name_words(ws: Workspace, now: datetime) -> None:
    """Name the sources and categories of the simulation in both languages."""
    for kind, names in WORDS.items():
        known = adoption.titles(ws, kind)
        for value, title in names.items():
            if value not in known:
                adoption.create(ws, SHELL, kind, value, title, now=now)


def set_targets(ws: Workspace, now: datetime) -> None:
    """Add the plans that ship, begun a year ago; relative targets have that day's baseline.

    A metric that the company cannot give yet leaves its target without a baseline.
    """
    start = now.astimezone(ws.zone).date() - timedelta(days=PROGRAMME_DAYS)
    for plan in ("programme", "touchpoints"):
        targets.add_plan(ws, SHELL, plan, start=start, now=now)
    for target in targets.every(ws):
        if (
            target.kind is not TargetKind.RELATIVE
            or target.baseline
            or not metrics.exists(target.metric)
        ):
            continue
        before = days(start - timedelta(days=target.window_days), start, ws.zone)
        with suppress(Invalid):
            targets.freeze_baseline(ws, SHELL, target.id, now=now, period=before)


def _manager(language: str) -> str:
    name = next(spot.name for spot in SPOTS if spot.id == WORST_STORE)
    role = Text("Manager, ", "店长 ")
    return role.in_(language) + name.in_(language)
