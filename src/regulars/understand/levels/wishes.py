"""What the what-if about negative experiences is asked with, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.kit.text import Text
from regulars.understand.analyses.options import Option
from regulars.understand.levels.whatif import Wish, what_if

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

TOUCHPOINT = Text("Touchpoint", "触点")


def _slider(name: str, most: float, usual: float, title: Text, words: Text) -> Option:
    return Option(name, title, words, float, usual, bounds=(0, most))


WISHES = (
    Option("touchpoint", TOUCHPOINT, Text("What-if: one touchpoint.", "假设分析：一个触点。")),
    _slider(
        "impact",
        100,
        10.0,
        Text("Raise the impact by (points)", "提高影响力（分）"),
        Text("What-if: points added.", "假设分析：提高的分数。"),
    ),
    _slider(
        "calmer",
        1,
        0.0,
        Text("Lower participation by (share)", "降低参与程度（比例）"),
        Text("What-if: reduction of participation.", "假设分析：降低的参与程度。"),
    ),
    _slider(
        "share",
        1,
        0.3,
        Text("Talk to customers and redesign for (share)", "深入沟通并重新设计（比例）"),
        Text("What-if: share redesigned.", "假设分析：重新设计的比例。"),
    ),
    _slider(
        "exceed",
        100,
        10.0,
        Text("Exceed expectation by (points)", "超出期望（分）"),
        Text("What-if: points above expectation.", "假设分析：超出期望的分数。"),
    ),
)


def wish(view: View) -> Wish:
    """Return the what-if that is asked for."""
    return Wish(**{one.name: view.options[one.name] for one in WISHES})


def outcomes(view: View) -> dict[str, Any]:
    """Return both paths of the what-if, and what was asked."""
    eased, renewed = what_if(view.result, wish(view))
    return {"wish": wish(view), "reduce": eased, "turn": renewed}
