"""`./run bench storm`: how long searches take while others guess at passwords.

The server is `broadsheet serve` with its default settings, accounts switched on, over the library
of `./run bench web`, in which wrong sign-ins write nothing. Searches come at a fixed rate, open
loop (`benchmarks.pacing`), first alone and then while a hundred guessers sign in, each once a
second, always with a name that nobody has and from an address that never came before, as a proxy
in front would tell it: so no limit but that on hashing stands in their way. What counts is the
ratio of the two 99th percentiles within one run: it is to stay under 2.
"""

from __future__ import annotations

import argparse
import http.client
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.corpora import ARXIV
from benchmarks.pacing import ask_at_rate
from benchmarks.timing import percentile, table
from benchmarks.web import FOLDER, RATE, SECONDS, command, make_library, make_paths, serving

GUESSERS = 100
SETTINGS = {
    "URL": "https://papers.example.org",
    "SIGN_IN": "open",
    "PUBLIC": "on",
    "PROXIES": "127.0.0.1",
    "SYNC": "off",
}
PAUSE = 1.0
"""Seconds between two guesses of one guesser: what they ask for is no more on a quick machine."""


class Storm:
    """Sign-ins by some threads; `told` counts what they were answered."""

    def __init__(self, address: str, guessers: int) -> None:
        self._host = urlsplit(address).netloc
        self._over = threading.Event()
        self._number = count(1)
        self._threads = [threading.Thread(target=self._guess) for _ in range(guessers)]
        self.told: Counter[str] = Counter()

    @contextmanager
    def raging(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(30)

    def _guess(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        while not self._over.wait(PAUSE):
            number = next(self._number)
            form = urlencode({"name": f"nobody{number}", "password": "a guess of mine"})
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Sec-Fetch-Site": "same-origin",
                "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            }
            try:
                connection.request("POST", "/sign-in", form, headers)
                answer = connection.getresponse()
                answer.read()
                self.told[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.told[type(error).__name__] += 1
                connection.close()


def measure(library: Path, rate: float, seconds: int, guessers: int) -> str:
    """Both ways, as Markdown."""
    paths = make_paths()["search page"]
    with serving([*command(library), "serve", "--port", "{port}"]) as (_, address):
        ask_at_rate(address, paths[:40], rate, seconds=2)
        alone = ask_at_rate(address, paths, rate, seconds=seconds)
        storm = Storm(address, guessers)
        with storm.raging():
            meanwhile = ask_at_rate(address, paths, rate, seconds=seconds)
    shares = (0.5, 0.95, 0.99)
    before, during = ([percentile(times, each) for each in shares] for times in (alone, meanwhile))
    head = [f"searches at {rate:.0f}/s", "p50 ms", "p95", "p99"]
    rows = [
        ["alone", *(f"{each:.1f}" for each in before)],
        ["during the storm", *(f"{each:.1f}" for each in during)],
        ["ratio", *(f"{b / a:.2f}" for a, b in zip(before, during, strict=True))],
    ]
    told = ", ".join(f"{many:,} x {what}" for what, many in storm.told.most_common())
    return "\n".join([table(head, rows), "", f"- {guessers} guessers were told: {told}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--guessers", type=int, default=GUESSERS)
    options = parser.parse_args()
    if not ARXIV.exists():
        sys.exit(f"The benchmark needs {ARXIV.name} in ../shared/data, which is not there.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.update({f"BROADSHEET_{name}": value for name, value in SETTINGS.items()})
    print(measure(make_library(), options.rate, options.seconds, options.guessers))


if __name__ == "__main__":
    main()
