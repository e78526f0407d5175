"""How headers and words of cells are compared: one folding for recipes, mappings, the preview."""

from __future__ import annotations

import re
import unicodedata

UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Signs without width that editors and web pages leave in a header."""
PARTING = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
WORD = r"0-9a-z\u00df-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff"
LOOSE = re.compile(rf"(?<![{WORD}])_|_(?![{WORD}])")
"""A parting between letters and other signs (Chinese, brackets) parts nothing."""


def fold(header: str) -> str:
    """Return what all spellings of a header share.

    Letters' case, full width, signs without width and line breaks do not matter; blanks, `_` and
    `-` between letters are one `_`, beside other signs and Chinese none.
    """
    shown = "".join(sign for sign in header if sign not in UNSEEN)
    plain = unicodedata.normalize("NFKC", shown).casefold()
    return LOOSE.sub("", PARTING.sub("_", plain))
