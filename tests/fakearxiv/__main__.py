"""Run the pretended arXiv for a person to try live sources offline."""

from __future__ import annotations

import argparse
import threading
from datetime import UTC, datetime

from fakearxiv import FakeArxiv, Faults, World, calendar
from fakearxiv.clock import WallClock


def main() -> None:
    parser = argparse.ArgumentParser(prog="fakearxiv", description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--papers", type=int, default=600, help="how many papers there are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=int, default=100, help="records a page of the harvest")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong")
    parser.add_argument("--stale", nargs="*", default=[], help="categories that lag a day behind")
    options = parser.parse_args()
    today = calendar.feed_day(datetime.now(UTC))
    world = World(options.seed, options.papers, last=today, days=60, clock=WallClock())
    with FakeArxiv(world, Faults(options.seed, options.faults), port=options.port) as arxiv:
        arxiv.oai.records = options.page
        arxiv.feeds.stale.update(options.stale)
        print(f"A pretended arXiv with {options.papers} papers is at {arxiv.url}. To follow it:")
        print(f"  export BROADSHEET_PRIVATE_HOSTS={arxiv.place}")
        since = f"{today:%Y-%m}-01"
        print(f"  broadsheet source add arxiv cs.LG stat.ML --since {since} --mirror {arxiv.url}")
        print("Ctrl-C ends it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(f"{len(arxiv.log)} requests were answered.")


if __name__ == "__main__":
    main()
