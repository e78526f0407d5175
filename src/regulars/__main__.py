"""`python -m regulars`: the command line, where its script is not on the path."""

from __future__ import annotations

from regulars.app import main

main()
