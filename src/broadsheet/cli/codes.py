"""Exit codes: what a script can learn without reading a word."""

from __future__ import annotations

from typing import Final

OK: Final = 0
"""Done."""
FAILED: Final = 1
"""Not done; one sentence on standard error says why."""
USAGE: Final = 2
"""The command line itself is wrong."""
NOTHING: Final = 3
"""Nothing was found: no match, or no such paper."""
ATTENTION: Final = 4
"""Done, but something wants attention: rows were skipped, `verify` found differences, a source was
in trouble, or receipts tell of a gap."""
INTERRUPTED: Final = 130
"""Stopped by Ctrl-C."""
READER_GONE: Final = 141
"""The reader of our output went away (`| head`), as if by SIGPIPE; nothing is said."""

HELP = """\
Exit codes: 0 done; 1 failed, and one sentence says why; 2 wrong usage; 3 nothing
found; 4 done, but something wants attention (rows were skipped, verify found
differences, a source was in trouble, receipts tell of a gap); 130 stopped by
Ctrl-C; 141 the reader of a pipe went away."""
