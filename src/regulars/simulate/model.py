"""The made-up company: its plan, its places and what it sells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from regulars.kit import clock
from regulars.kit.text import Text
from regulars.simulate.truths import truth

DAY = 86_400_000_000
HOUR = DAY // 24
MINUTE = HOUR // 60
SECOND = MINUTE // 60
ZONE_NAME = "Asia/Shanghai"
ZONE_OFFSET = 8 * HOUR  # China has had no daylight saving time since 1991
CURRENCY = "CNY"
COMPANY = Text("Lantern Home", "灯里家居")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate: two years that end at `now` (aware).

    `richness` scales how often people look round and buy: 1.0 gives about 50 events a customer,
    0.32 about 20. With `troubles=False` every touchpoint, place, carrier and group is alike.
    """

    customers: int
    now: datetime
    seed: int = 20
    troubles: bool = True
    richness: float = 1.0
    days: int = 730
    block: int = field(default=20_000)

    @property
    def end(self) -> int:
        """The last moment, microseconds since 1970."""
        return clock.microseconds(self.now)

    @property
    def start(self) -> int:
        """The first moment, microseconds since 1970: a local midnight."""
        begin = self.end - self.days * DAY
        return begin - (begin + ZONE_OFFSET) % DAY

    def effect(self, key: str, without: float = 0.0) -> float:
        """Return a planted effect, or `without` in a company without troubles."""
        planted = truth(key)
        return planted.effect if self.troubles or not planted.trouble else without

    def since(self, key: str) -> int:
        """Return the moment from which a planted effect holds."""
        days = truth(key).since_days
        return self.start if days is None else self.end - days * DAY


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the demo's organisation tree; `weight` is its share of customers."""

    id: str
    name: Text
    kind: str
    parent: str | None
    weight: float = 0.0


def _region(key: str, en: str, zh: str) -> Spot:
    return Spot(key, Text(en, zh), "region", "china")


def _store(key: str, en: str, zh: str, region: str, weight: float) -> Spot:
    return Spot(key, Text(en, zh), "store", region, weight)


SPOTS: tuple[Spot, ...] = (
    Spot("china", COMPANY, "region", None),
    _region("east", "East", "华东"),
    _region("south", "South", "华南"),
    _region("north", "North", "华北"),
    _region("west", "West", "西部"),
    _store("sh-xuhui", "Shanghai Xuhui", "上海徐汇店", "east", 10),
    _store("sh-jingan", "Shanghai Jing'an", "上海静安店", "east", 8),
    _store("sh-pudong", "Shanghai Pudong", "上海浦东店", "east", 8),
    _store("hz-wulin", "Hangzhou Wulin", "杭州武林店", "east", 7),
    _store("nj-xinjiekou", "Nanjing Xinjiekou", "南京新街口店", "east", 7),
    _store("sz-guanqian", "Suzhou Guanqian", "苏州观前店", "east", 4),
    _store("gz-tianhe", "Guangzhou Tianhe", "广州天河店", "south", 8),
    _store("gz-yuexiu", "Guangzhou Yuexiu", "广州越秀店", "south", 5),
    _store("sz-futian", "Shenzhen Futian", "深圳福田店", "south", 8),
    _store("xm-siming", "Xiamen Siming", "厦门思明店", "south", 3),
    _store("bj-chaoyang", "Beijing Chaoyang", "北京朝阳店", "north", 9),
    _store("bj-haidian", "Beijing Haidian", "北京海淀店", "north", 6),
    _store("tj-heping", "Tianjin Heping", "天津和平店", "north", 4),
    _store("qd-shinan", "Qingdao Shinan", "青岛市南店", "north", 3),
    _store("cd-jinjiang", "Chengdu Jinjiang", "成都锦江店", "west", 7),
    _store("cq-jiefangbei", "Chongqing Jiefangbei", "重庆解放碑店", "west", 5),
    _store("xa-yanta", "Xi'an Yanta", "西安雁塔店", "west", 4),
    _store("km-panlong", "Kunming Panlong", "昆明盘龙店", "west", 2),
    Spot("shop-app", Text("Shop in the app", "应用商城"), "channel", "china"),
    Spot("shop-web", Text("Shop on the web", "网上商城"), "channel", "china"),
    Spot("service-chat", Text("Online service team", "在线客服组"), "team", "china"),
    Spot("service-phone", Text("Hotline team", "热线客服组"), "team", "china"),
    Spot("service-cases", Text("After-sales team", "售后组"), "team", "china"),
)
STORES: tuple[Spot, ...] = tuple(spot for spot in SPOTS if spot.kind == "store")
REGIONS: tuple[str, ...] = ("east", "south", "north", "west")
CITIES: dict[str, Text] = {
    "sh": Text("Shanghai", "上海"),
    "hz": Text("Hangzhou", "杭州"),
    "nj": Text("Nanjing", "南京"),
    "sz-g": Text("Suzhou", "苏州"),
    "gz": Text("Guangzhou", "广州"),
    "sz-f": Text("Shenzhen", "深圳"),
    "xm": Text("Xiamen", "厦门"),
    "bj": Text("Beijing", "北京"),
    "tj": Text("Tianjin", "天津"),
    "qd": Text("Qingdao", "青岛"),
    "cd": Text("Chengdu", "成都"),
    "cq": Text("Chongqing", "重庆"),
    "xa": Text("Xi'an", "西安"),
    "km": Text("Kunming", "昆明"),
}
CARRIERS: tuple[str, ...] = ("carrier-swift", "carrier-crane", "carrier-post")
WORST_STORE = "nj-xinjiekou"
COOLING_STORES = ("gz-tianhe", "gz-yuexiu")
LATE_CARRIER, LATE_REGION = "carrier-swift", "west"


def city_of(store: Spot) -> Text:
    """Return the city in which a store lies."""
    short = store.id.split("-")[0]
    return CITIES[short if short in CITIES else store.id[:4]]


@dataclass(frozen=True, slots=True)
class Product:
    """An article: its name, category and price in yuan."""

    id: str
    category: str
    name: Text
    price: float


def _range(category: str, *rows: tuple[str, str, float]) -> list[Product]:
    return [
        Product(f"{category}-{number:02d}", category, Text(en, zh), price)
        for number, (en, zh, price) in enumerate(rows, 1)
    ]


PRODUCTS: tuple[Product, ...] = tuple(
    _range(
        "bedding",
        ("Cotton duvet cover", "全棉被套", 299),
        ("Linen pillowcase", "亚麻枕套", 89),
        ("Wool blanket", "羊毛毯", 499),
        ("Silk quilt", "蚕丝被", 899),
        ("Latex pillow", "乳胶枕", 239),
    )
    + _range(
        "kitchen",
        ("Cast iron pot", "铸铁锅", 459),
        ("Rice bowl set", "饭碗套装", 129),
        ("Tea set", "茶具套装", 268),
        ("Chef's knife", "主厨刀", 199),
        ("Bamboo board", "竹砧板", 79),
        ("Steamer", "蒸锅", 189),
    )
    + _range(
        "lighting",
        ("Desk lamp", "护眼台灯", 259),
        ("Floor lamp", "落地灯", 529),
        ("Paper lantern", "纸灯笼", 99),
        ("Night light", "小夜灯", 59),
    )
    + _range(
        "furniture",
        ("Oak bookcase", "橡木书架", 1299),
        ("Folding table", "折叠桌", 399),
        ("Armchair", "单人沙发", 1799),
        ("Shoe rack", "鞋架", 219),
    )
    + _range(
        "storage",
        ("Storage box", "收纳箱", 69),
        ("Rattan basket", "藤编篮", 109),
        ("Wardrobe organiser", "衣柜收纳", 149),
        ("Vacuum bags", "真空压缩袋", 45),
    )
    + _range(
        "scent",
        ("Reed diffuser", "无火香薰", 158),
        ("Scented candle", "香氛蜡烛", 128),
        ("Incense set", "线香礼盒", 188),
    )
)
