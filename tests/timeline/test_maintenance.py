"""What is due is flushed and compacted; a clean-up deletes what nobody reads any more."""

from __future__ import annotations
