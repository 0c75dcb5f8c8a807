"""Who we say that we are."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from broadsheet.errors import ConfigError

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_WEB = re.compile(r"https?://[!-'*-;=?-~]{1,200}")  # neither brackets nor spaces


def introduce(contact: str) -> dict[str, str]:
    """`User-Agent`, and `From` where a mail address is given. Raises ConfigError.

    `contact` holds mail addresses and web addresses, spaces between them.
    """
    ways = []
    headers: dict[str, str] = {}
    for word in contact.removeprefix("mailto:").split():
        if _MAIL.fullmatch(word):
            ways.append(f"mailto:{word}")
            headers.setdefault("From", word)
        elif _WEB.fullmatch(word):
            ways.append(f"+{word}")
        else:
            raise ConfigError(f"The setting contact has {word!r}, no mail address or web address.")
    by = f" ({'; '.join(ways)})" if ways else ""
    return {"User-Agent": f"Broadsheet/{_version()}{by}", **headers}


def _version() -> str:
    try:
        return version("broadsheet")
    except PackageNotFoundError:  # run from its source, never installed
        return "0"
