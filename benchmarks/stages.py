"""The single measurements of `./run bench speed`, each run in a process of its own.

    python -m benchmarks.stages STAGE ARGUMENT...

A stage prints one line of JSON: names as they stand in the table, and numbers.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.timing import one_thread, paired, percentile, private_memory

Numbers = dict[str, float]
FTS5_QUERIES = 15


def _open(folder: str):  # type: ignore[no-untyped-def]
    from broadsheet.config import Settings
    from broadsheet.wiring import open_library

    return open_library(Settings(library=Path(folder)))


def import_part(folder: str, part: str) -> Numbers:
    """Import, index and embed one file, on all cores."""
    with _open(folder) as library:
        started = time.perf_counter()
        report = library.import_files([Path(part)])
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "import, index and embed: papers/s": report.rows / seconds,
        "memory while importing, peak with mapped pages: MB": peak / 1e6,
    }


def add_part(folder: str, part: str) -> Numbers:
    """Add some papers and find the last of them by its title."""
    last = json.loads(Path(part).read_bytes().splitlines()[-1])
    with _open(folder) as library:
        started = time.perf_counter()
        library.import_files([Path(part)])
        page = library.search(f'"{last["title"]}"', facets=False)
        seconds = time.perf_counter() - started
    if not any(shown.work.title == last["title"] for shown in page.shown):
        raise SystemExit("The added papers are not found.")
    return {"adding 1,000 papers, until found: s": seconds}


def search(folder: str, file: str, cores: str = "all") -> Numbers:
    """Our whole search against raw tantivy with the same query and the same aggregations.

    With `cores` "one" the process is kept on one core, so that nothing we do side by side counts.
    """
    one_thread()
    if cores == "one":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    wanted: dict[str, list[str]] = json.loads(Path(file).read_text())
    ours, raw, bare = _ways(folder)
    found: Numbers = {}
    pooled: dict[str, list[float]] = {"ours": [], "raw": []}
    for length, texts in wanted.items():
        times = paired({"ours": ours, "raw": raw, "bare": bare}, texts)
        for name in pooled:
            pooled[name] += times[name]
        words = "1 word" if length == "1" else f"{length} words"
        found[f"search, {words}: p50 ms"] = percentile(times["ours"], 0.5)
        found[f"search, {words}: p95 ms"] = percentile(times["ours"], 0.95)
        found[f"raw tantivy, {words}: p50 ms"] = percentile(times["raw"], 0.5)
        found[f"raw tantivy top 20 alone, {words}: p50 ms"] = percentile(times["bare"], 0.5)
    for name, label in (("ours", "search"), ("raw", "raw tantivy")):
        found[f"{label}, all queries: p50 ms"] = percentile(pooled[name], 0.5)
        found[f"{label}, all queries: p95 ms"] = percentile(pooled[name], 0.95)
    ratios = [a / b for a, b in zip(pooled["ours"], pooled["raw"], strict=True)]
    if cores == "one":
        return {"median of the paired ratios, on one core": percentile(ratios, 0.5)}
    found["ratio of the medians, search to raw tantivy"] = percentile(
        pooled["ours"], 0.5
    ) / percentile(pooled["raw"], 0.5)
    found["median of the paired ratios"] = percentile(ratios, 0.5)
    return found


def _ways(folder: str) -> tuple[Callable[[str], object], ...]:
    """Search as a door does it; tantivy alone on the same compiled query; its top 20 alone."""
    import tantivy

    from broadsheet.query.parser import parse
    from broadsheet.search.compile import Analysis, Compiler, Plan
    from broadsheet.search.facets import REQUEST
    from broadsheet.search.schema import build_analyzers, build_schema, register_analyzers

    library = _open(folder)
    analyzers = build_analyzers()
    index = tantivy.Index.open(str(Path(folder) / "index" / "lexical"))
    register_analyzers(index, analyzers)
    searcher = index.searcher()
    compiler = Compiler(searcher, build_schema(), Analysis(analyzers))
    plans: dict[str, Plan] = {}

    def plan(text: str) -> Plan:
        if text not in plans:
            plans[text] = compiler.compile(parse(text))
        return plans[text]

    def raw(text: str) -> object:
        query = plan(text).query
        hits = searcher.search(query, limit=20, count=False).hits
        return [searcher.doc(hit[1]) for hit in hits], searcher.aggregate(query, REQUEST)

    return (
        lambda text: library.search(text, limit=20, highlights=False),
        raw,
        lambda text: searcher.search(plan(text).query, limit=20, count=False).hits,
    )


def start(folder: str) -> Numbers:
    """From the start of the process to the first answer on the terminal, warm disk."""
    command = [str(Path(sys.executable).with_name("broadsheet")), "--library", folder]
    times = []
    for word in ("warm-up", "diffusion", "graph networks", "entropy", "protein design"):
        started = time.perf_counter()
        subprocess.run([*command, "search", word], check=False, capture_output=True)
        times.append(time.perf_counter() - started)
    return {"process start to first answer: s": percentile(times[1:], 0.5)}


def serve(folder: str, file: str) -> Numbers:
    """Memory of a serving process after all queries, and its page times."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [str(Path(sys.executable).with_name("broadsheet")), "--library", folder]
    server = subprocess.Popen(
        [*command, "serve", "--port", port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return _ask_pages(server.pid, f"http://127.0.0.1:{port}", file)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _ask_pages(pid: int, address: str, file: str) -> Numbers:
    _wait_for(address)
    texts = [text for group in json.loads(Path(file).read_text()).values() for text in group]
    times, peak = [], 0
    for text in texts:
        started = time.perf_counter()
        with urllib.request.urlopen(f"{address}/search?q={urllib.parse.quote(text)}") as page:
            page.read()
        times.append(1000 * (time.perf_counter() - started))
        peak = max(peak, private_memory(pid))
    return {
        "memory of a serving process, peak without mapped pages: MB": peak / 1e6,
        "search page over HTTP: p50 ms": percentile(times, 0.5),
        "search page over HTTP: p95 ms": percentile(times, 0.95),
    }


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address + "/healthz").close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server did not start.")


def peers(size: str, file: str) -> Numbers:
    """Other ways to search the same texts, top 20 alone and no facets."""
    one_thread()
    from benchmarks.corpora import WORK, million
    from benchmarks.peers import Bm25s, Fts5, Peer, TfidfScan

    count = int(size)
    texts = (f"{paper['title']}. {paper['abstract']}" for paper in million(count))
    wanted: Mapping[str, list[str]] = json.loads(Path(file).read_text())
    found: Numbers = {}
    if count <= 180_000:
        kept = list(texts)
        built: list[Peer] = [Fts5.build(WORK / "fts5.db", kept), Bm25s(kept), TfidfScan(kept)]
    else:
        built = [Fts5.build(WORK / "fts5.db", texts)]
    for peer in built:
        for length, all_texts in wanted.items():
            some = all_texts[:FTS5_QUERIES]
            times = paired({peer.name: peer.search}, some, rounds=1)[peer.name]
            words = "1 word" if length == "1" else f"{length} words"
            found[f"{peer.name}, top 20 alone, {words}: p50 ms"] = percentile(times, 0.5)
    return found


STAGES: dict[str, Callable[..., Numbers]] = {
    "import": import_part,
    "add": add_part,
    "search": search,
    "start": start,
    "serve": serve,
    "peers": peers,
}

if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    print(json.dumps(STAGES[sys.argv[1]](*sys.argv[2:])))
