"""What a person is used to, and what is therefore expected; pure."""

from __future__ import annotations

import numpy as np

from regulars.understand.levels.model import Floats, LevelRules
from regulars.understand.policy import NEUTRAL


def habit_of(usual: Floats, above: Floats, earlier: Floats, rules: LevelRules) -> Floats:
    """Return what a person is used to: the usual, and `earlier` deviations, drawn to 0.

    `above` is the sum of the earlier deviations from the usual.
    """
    held: Floats = np.clip(usual + above / (earlier + rules.prior), 0.0, 100.0)
    return held


def expected(habit: Floats, rules: LevelRules) -> Floats:
    """Return what is expected: between the neutral point and the habit, never below neutral.

    So who is used to misery does not call the next misery pleasant, and who is used to the best
    is not left cold by it: a lasting score lies on the same side of what is expected as of the
    neutral point.
    """
    lifted: Floats = NEUTRAL + rules.habit * np.maximum(habit - NEUTRAL, 0.0)
    return lifted
