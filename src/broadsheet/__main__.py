"""`python -m broadsheet` is the same as the `broadsheet` command."""

from __future__ import annotations

import sys

from broadsheet.cli import main

if __name__ == "__main__":
    sys.exit(main())
