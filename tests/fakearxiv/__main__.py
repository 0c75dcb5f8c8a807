"""An arXiv of invented papers on your own machine, to try live sources offline.

The same seed gives the same papers, today and after every restart; each day adds its own.
"""

from __future__ import annotations

import argparse
import threading
from datetime import UTC, date, datetime, timedelta

from fakearxiv import FakeArxiv, Faults, World, calendar
from fakearxiv.clock import WallClock

FIRST = date(2026, 10, 1)
"""The day up to which papers are drawn at once; the days since then are announced one by one."""

HOW_TO_FOLLOW = """\
A pretended arXiv with {papers:,} papers is at {url}.
To follow it, in another terminal and in this folder:

  export BROADSHEET_LIBRARY=~/broadsheet-trial BROADSHEET_PRIVATE_HOSTS={place}
  .venv/bin/broadsheet source add arxiv cs.LG stat.ML --since {since} --mirror {url}
  .venv/bin/broadsheet sync
  .venv/bin/broadsheet receipts

Ctrl-C ends it."""


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run fakearxiv",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8123, help="port to listen on; 0: any")
    parser.add_argument("--papers", type=int, default=600, help="how many papers it began with")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other papers and faults")
    parser.add_argument("--page", type=int, default=100, help="records a page of the harvest")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong")
    parser.add_argument(
        "--stale", nargs="*", default=[], metavar="CATEGORY", help="lag a day behind"
    )
    return parser.parse_args()


def make_world(seed: int, papers: int, today: date) -> World:
    """The same papers for the same seed, whatever day it is; later days only add to them."""
    day = min(FIRST, today)
    world = World(seed, papers, last=day, days=60, clock=WallClock())
    while day < today:
        day += timedelta(days=1)
        world.advance(day)
    return world


def main() -> None:
    options = read_options()
    today = calendar.feed_day(datetime.now(UTC))
    world = make_world(options.seed, options.papers, today)
    with FakeArxiv(world, Faults(options.seed, options.faults), port=options.port) as arxiv:
        arxiv.oai.records = options.page
        arxiv.feeds.stale.update(options.stale)
        since = today.replace(day=1)
        print(
            HOW_TO_FOLLOW.format(
                papers=len(world.by_id), url=arxiv.url, place=arxiv.place, since=since
            ),
            flush=True,
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(f"{len(arxiv.log)} requests were answered.")


if __name__ == "__main__":
    main()
