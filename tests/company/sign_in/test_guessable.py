"""What is guessed early, and what is said of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from regulars.company.sign_in import guessable

ABOUT = ("Anna Chen", "anna.chen", "Acme Coffee")


@pytest.mark.parametrize(
    ("password", "en", "zh"),
    [
        ("password1234", "word or name", "常见的词"),
        ("Butterfly1987", "word or name", "常见的词"),
        ("!!elephant83629", "word or name", "常见的词"),
        ("P@ssw0rd123!", "word or name", "常见的词"),
        ("woaini1314520", "word or name", "常见的词"),
        ("zhangwei19900101", "word or name", "常见的词"),
        ("wangxiaoming88", "word or name", "常见的词"),
        ("regulars2026", "word or name", "常见的词"),
        ("coffee839201", "word or name", "常见的词"),
        ("我爱中国123456", "word or name", "常见的词"),
        ("woaini5201314x", "words and names", "常见的词和姓名"),
        ("abcdefghij", "sequence", "顺序"),
        ("qazwsxqazwsx", "repeats", "重复"),
        ("13812345678", "no letters", "没有字母"),
        ("1990-01-01", "no letters", "没有字母"),
        ("AcmeCoffee!!2026x", "Acme Coffee", "Acme Coffee"),
        ("annachen_2026_tulips", "Anna Chen", "Anna Chen"),
    ],
)
def test_what_is_guessed_early_is_told_why_and_what_to_do(password: str, en: str, zh: str) -> None:
    told = guessable.objection(password, ABOUT)
    assert told is not None
    assert en in told.en and zh in told.zh
    assert "four or more words" in told.en and "四个" in told.zh


@pytest.mark.parametrize(
    "password",
    [
        "green tea in spring",
        "correct horse battery staple",
        "kX9#fm2Qv!",
        "coffee by the old harbour",
        "青菜豆腐保平安吃饭",
        "x" * 10 + "kX9#fm2Qv!" * 19,
    ],
)
def test_what_outlasts_guessing_is_taken(password: str) -> None:
    assert guessable.objection(password, ABOUT) is None


def test_the_most_used_passwords_are_refused_with_digits_after_them() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    used = [*FREQUENCY_LISTS["passwords"][:10_000:97], *guessable._frequent()[:10_000:97]]
    assert len(FREQUENCY_LISTS["passwords"]) >= 10_000 and len(guessable._frequent()) >= 10_000
    assert [one for one in used if guessable.objection(one + "2026") is None] == []


def test_the_lists_are_loaded_with_the_first_password_only() -> None:
    look = (
        "import sys; from regulars.company.sign_in import service;sys.exit('zxcvbn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
