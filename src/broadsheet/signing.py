"""Addresses that give access by themselves: signatures that only this instance can make."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

TOKEN_LENGTH = 27
_BYTES = 20


class Signer:
    """Signs the parts of an address with HMAC-SHA256, cut to 160 bits.

    The parts name what the address is for and the generation of it, so that a token fits nothing
    else, and a new generation makes the old ones void.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, *parts: object) -> str:
        """The token for these parts: 27 letters, digits, "-" and "_"."""
        # The lengths keep ("ab", "c") and ("a", "bc") apart.
        texts = [str(part).encode() for part in parts]
        message = b"".join(b"%d:%s" % (len(text), text) for text in texts)
        digest = hmac.new(self._secret, message, sha256).digest()[:_BYTES]
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def check(self, token: str, *parts: object) -> bool:
        """Whether a token is the one for these parts, in time that tells nothing of it."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.sign(*parts).encode())
