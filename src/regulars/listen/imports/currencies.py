"""Which currency a sign, a code or a word means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.imports.signs import text

if TYPE_CHECKING:
    import duckdb

LISTED = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
"""
CODES: Final = frozenset(LISTED.split())
YEN: Final = "¥"
DOLLAR: Final = "$"
YENS: Final = ("CNY", "JPY")
"""What ¥ may mean: only the file's owner knows."""
DOLLARS_LISTED = """
USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD XCD
CLP COP ARS UYU
"""
DOLLARS: Final = tuple(DOLLARS_LISTED.split())
"""What $ may mean, the first unless the file says another."""
WORDS: Final = {
    YEN: YEN,
    DOLLAR: DOLLAR,
    **dict.fromkeys(("US$", "USD$", "U$S", "美元", "美金", "美圆"), "USD"),
    **dict.fromkeys(("€", "EURO", "EUROS", "欧元"), "EUR"),
    **dict.fromkeys(("£", "英镑", "STG"), "GBP"),
    **dict.fromkeys(
        ("RMB", "RMB¥", "CN¥", "CNY¥", "CNH", "人民币", "元", "人民币元", "圆", "块", "元整"), "CNY"
    ),
    **dict.fromkeys(("JP¥", "JPY¥", "円", "日元", "日圆", "YEN"), "JPY"),
    **dict.fromkeys(("HK$", "HKD$", "港元", "港币", "港幣"), "HKD"),
    **dict.fromkeys(("NT$", "NTD", "TW$", "新台币", "台币", "新台幣"), "TWD"),
    **dict.fromkeys(("A$", "AU$", "AUD$", "澳元"), "AUD"),
    **dict.fromkeys(("C$", "CA$", "CAD$", "加元"), "CAD"),
    **dict.fromkeys(("S$", "SG$", "SGD$", "新加坡元", "新币"), "SGD"),
    **dict.fromkeys(("NZ$", "NZD$"), "NZD"),
    **dict.fromkeys(("R$",), "BRL"),
    **dict.fromkeys(("MX$", "MEX$"), "MXN"),
    **dict.fromkeys(("MOP$", "澳门元", "澳門幣"), "MOP"),
    **dict.fromkeys(("₩", "韩元", "韩币"), "KRW"),
    **dict.fromkeys(("₹", "RS", "RS."), "INR"),
    **dict.fromkeys(("₽", "卢布"), "RUB"),
    **dict.fromkeys(("฿", "泰铢"), "THB"),
    **dict.fromkeys(("SFR", "SFR.", "FR.", "瑞士法郎"), "CHF"),
    **dict.fromkeys(("RM", "马币", "林吉特"), "MYR"),
    **{"₫": "VND", "₺": "TRY", "₪": "ILS", "₦": "NGN", "₱": "PHP", "₴": "UAH", "ZŁ": "PLN"},
}
"""Spelling in capitals → its code, or the sign itself where several currencies share it."""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection `currency_code(x)`: a code, ¥, $, or null for what is no currency.

    Words are those of a cell after `plain_signs`.
    """
    known = {**{code: code for code in sorted(CODES)}, **WORDS}
    pairs = ", ".join(f"{text(word)}: {text(code)}" for word, code in known.items())
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO currency_code(x) AS CASE WHEN x IS NULL THEN NULL "
        f"ELSE map_extract_value(MAP {{{pairs}}}, replace(upper(x), ' ', '')) END"
    )


def check(code: str) -> str:
    """Return the code that words mean; raises Invalid unless they name exactly one currency."""
    word = code.strip().upper()
    currency = word if word in CODES else WORDS.get(word, "")
    if len(currency) != 3:
        raise Invalid(
            "import.currency",
            Text(
                f"“{code}” is no currency: write a code of three letters, such as CNY.",
                f"“{code}”不是币种：请写三个字母的代码，例如 CNY。",
            ),
            field="currency",
        )
    return currency


def resolved(sign: str, context: str, yen: str | None) -> str:
    """Return the SQL of the currency a cell means: `context` settles ¥ and $, `yen` answers ¥.

    `sign` is what `currency_code` gave; null where ¥ has no answer.
    """
    yens, dollars = (", ".join(map(text, some)) for some in (YENS, DOLLARS))
    answer = text(yen) if yen else "NULL"
    return (
        f"CASE {sign} WHEN '{YEN}' THEN "
        f"CASE WHEN {context} IN ({yens}) THEN {context} ELSE {answer} END "
        f"WHEN '{DOLLAR}' THEN CASE WHEN {context} IN ({dollars}) THEN {context} ELSE 'USD' END "
        f"ELSE {sign} END"
    )
