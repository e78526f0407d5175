"""Words as numbers, which are counted and compared far faster."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def coded(values: pa.ChunkedArray | pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    """Return the values, none missing, as numbers from 0 on, and what each number stands for.

    ["b", "a", "b"] gives [0, 1, 0] and ["b", "a"].
    """
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    found = array.dictionary_encode()
    return found.indices.to_numpy(zero_copy_only=False).astype(np.int64), found.dictionary
