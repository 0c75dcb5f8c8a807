"""How much a JSON text comes to once it is parsed, told before it is parsed.

Pure. A list or an object of a few letters costs 60 to 250 bytes of memory, so that a few hundred
kilobytes of a compressed file can fill gigabytes.
"""

from __future__ import annotations

MOST_CONTAINERS = 500_000
MOST_COMMAS = 1_600_000
"""An account with 20,000 saved papers, their abstracts, 50,000 acts and 10,000 papers seen has
336,000 containers and 1.4 million commas, those within its texts among them."""


def has_too_many_parts(data: bytes) -> bool:
    """Whether a JSON text has more lists and objects, or more commas, than an honest file."""
    return data.count(b"{") + data.count(b"[") > MOST_CONTAINERS or data.count(b",") > MOST_COMMAS
