"""The rebuilt expression chooses the rows that the condition says, as three-valued logic has it."""

from __future__ import annotations
