"""`./run bench web`: how quickly pages come, over 180,000 papers, from a server of its own.

The server is `broadsheet serve` with its default settings in a process of its own, asked over
loopback. Two ways of asking: at a fixed rate, open loop (a request is due every 1/rate seconds and
its time counts from when it was due, so that a slow answer does not excuse the ones after it), by
`benchmarks.pacing`; and as fast as answers come, by wrk with a few connections. The same is asked
of a bare Starlette route that says hello, in the same run, because milliseconds differ between
machines and ratios less. The library is kept in `.bench/web` between runs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.corpora import ARXIV, SEED, WORK, queries
from benchmarks.pacing import ask_at_rate
from benchmarks.timing import percentile, private_memory, processes_of, table, used_seconds

FOLDER = WORK / "web"
RATE = 20.0
SECONDS = 15
CONNECTIONS = 8
PAPERS = 180_000
HELLO = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
async def hello(request): return HTMLResponse("<!doctype html><title>Hello</title>")
uvicorn.run(Starlette(routes=[Route("/", hello)]), port=int(sys.argv[1]), log_level="warning")
"""
WRK = """
local paths = {%s}
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = "gzip"})
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.timeout + summary.errors.read
  io.write(string.format("%%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), bad))
end
"""


def make_library() -> Path:
    """The library of all papers; imported at the first run."""
    library = FOLDER / "library"
    if not (library / "library.db").exists():
        print("Importing 180,000 papers, this once ...", file=sys.stderr)
        run = [*command(library), "import", str(ARXIV)]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    return library


def command(library: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("broadsheet")), "--library", str(library)]


@contextmanager
def serving(run: Sequence[str]) -> Iterator[tuple[int, str]]:
    """A server while it runs: its process number and address. `{port}` in `run` is replaced."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        [part.replace("{port}", port) for part in run], stdout=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield server.pid, address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address + "/").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server did not start.")


def saturate(address: str, paths: Sequence[str], seconds: int) -> dict[str, float]:
    """As many requests as the server answers, by wrk."""
    script = FOLDER / "paths.lua"
    script.write_text(WRK % ",".join(map(json.dumps, paths)))
    run = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), address]
    printed = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    count, micros, p50, p95, bad = map(int, printed.splitlines()[-1].split())
    return {"per_second": 1e6 * count / micros, "p50": p50 / 1e3, "p95": p95 / 1e3, "bad": bad}


def weigh(address: str, path: str) -> int:
    """Bytes of a page as sent, with the styles and scripts that it names."""
    page = _fetch(address + path)
    linked = re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js|svg)\?[^"]*)"', page)
    parts = [page, *(_fetch(address + part.decode()) for part in dict.fromkeys(linked))]
    return sum(len(gzip.compress(part, 5)) for part in parts)


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        found: bytes = answer.read()
    return found


def make_paths() -> dict[str, list[str]]:
    """Addresses of each kind of page, in an order of their own."""
    texts = [text for group in queries(1500).values() for text in group]
    dice = random.Random(SEED)
    dice.shuffle(texts)
    papers = [dice.randrange(1, PAPERS) for _ in range(300)]
    return {
        "search page": [f"/search?{urlencode({'q': text})}" for text in texts],
        "paper page": [f"/paper/{number}" for number in papers],
        "front page": ["/"],
        # Each leaves out another word, or the answer to the first would be kept for the others.
        "plot over all but a few papers, a tenth as often": [
            f"/plots.svg?{urlencode({'q': '-' + word.lower()})}" for word in queries(300)[1]
        ],
    }


def measure(pid: int, address: str, paths: Sequence[str], rate: float, seconds: int) -> list[str]:
    """A row of the table: both ways of asking, after some warming up."""
    ask_at_rate(address, paths[:40], rate, seconds=2)
    paced = ask_at_rate(address, paths, rate, seconds=seconds)
    before = used_seconds(processes_of(pid))
    full = saturate(address, paths, seconds)
    used = 1000 * (used_seconds(processes_of(pid)) - before) / (full["per_second"] * seconds)
    if full["bad"]:
        raise SystemExit(f"{full['bad']:.0f} requests failed, such as {paths[0]}.")
    return [
        *(f"{percentile(paced, share):.1f}" for share in (0.5, 0.95, 0.99)),
        f"{full['per_second']:,.0f}",
        f"{full['p50']:.1f}",
        f"{full['p95']:.1f}",
        f"{used:.1f}",
    ]


def report(only: str, rate: float, seconds: int) -> str:
    """All that was measured, as Markdown."""
    head = ["", f"p50 ms at {rate:.0f}/s", "p95", "p99", "pages/s, saturated", "p50 ms", "p95"]
    head.append("CPU ms a page")
    rows, notes = [], []
    with serving([sys.executable, "-c", HELLO, "{port}"]) as (pid, address):
        rows.append(["bare Starlette route", *measure(pid, address, ["/"], rate, seconds)])
    with serving([*command(make_library()), "serve", "--port", "{port}"]) as (pid, address):
        for name, paths in make_paths().items():
            if only in name:
                often = rate / 10 if "tenth" in name else rate
                rows.append([name, *measure(pid, address, paths, often, seconds)])
                notes.append(f"{name}: {weigh(address, paths[0]) / 1000:.1f} kB with its style")
        workers = processes_of(pid)
        memory = sum(map(private_memory, workers)) / 1e6
        notes.append(f"memory, mapped pages apart: {memory:.0f} MB in {len(workers)} processes")
    return "\n".join([table(head, rows), "", *(f"- {note}" for note in notes)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="measure the pages with this in their name")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    options = parser.parse_args()
    if not ARXIV.exists():
        sys.exit(f"The benchmark needs {ARXIV.name} in ../shared/data, which is not there.")
    if not shutil.which("wrk"):
        sys.exit("The benchmark needs wrk (Debian and Ubuntu: apt install wrk).")
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(report(options.only, options.rate, options.seconds))


if __name__ == "__main__":
    main()
