"""What an answer means for the host that gave it: is it well, busy, or does it refuse us?"""

from __future__ import annotations

from enum import Enum

from broadsheet.connectors.http.exchange import Reply

REFUSALS = {401, 403}
PATIENCE = {406, 408, 425, 429, 503}
DISGUISED = b"Rate exceeded."
CHALLENGES = (
    b"ChallengeRequiredError",
    b"cf-chl",
    b"challenge-platform",
    b"Just a moment...",
    b"anubis",
)


class Mood(Enum):
    """How a host took a request."""

    WELL = "well"
    BUSY = "busy"
    REFUSED = "refused"


def judge(reply: Reply, host: str) -> tuple[Mood, str]:
    """The mood, and the beginning of a sentence on it that wants no full stop yet."""
    status = reply.status
    if reply.headers.get("cf-mitigated") == "challenge" or status in REFUSALS:
        return Mood.REFUSED, _refusal(reply, host)
    if status == 200 and reply.body[:200].lstrip().startswith(DISGUISED):
        return Mood.BUSY, f"{host} asks for patience (it says that the rate is exceeded)"
    if status in PATIENCE:
        return Mood.BUSY, f"{host} asks for patience ({status})"
    if status >= 500:
        return Mood.BUSY, f"{host} is out of order ({status})"
    return Mood.WELL, ""


def _refusal(reply: Reply, host: str) -> str:
    lowered = reply.body.lower()
    mitigated = reply.headers.get("cf-mitigated") == "challenge"
    if mitigated or any(mark.lower() in lowered for mark in CHALLENGES):
        return f"{host} wants a person at a browser (a challenge, {reply.status})"
    if reply.status == 401:
        return f"{host} wants to know who asks (401): a key is missing or wrong"
    return f"{host} refuses to answer ({reply.status})"
