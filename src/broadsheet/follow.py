"""The index follows the change log: read what changed, bring it in, remember how far.

The position is saved by the index together with its own data, so a crash between two commits
only makes the same changes come again, and `Index.apply` is idempotent. While an import writes,
a `Follower` does this beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

from broadsheet.errors import StorageBusyError
from broadsheet.model import Act, Change, Work
from broadsheet.ports import Index, Progress, Store, silent

BATCH = 2000
COMMIT_EVERY = 50_000
MAX_RECENT = 20_000
POLL_SECONDS = 0.1
IDLE_SECONDS = 2.0

Fetch = Callable[[Sequence[Change]], Mapping[int, Work]]


def index_behind(store: Store, index: Index) -> bool:
    """Whether the store has changes that the index has not seen, or is not the index's own."""
    return index.state().position != store.last_change()


def _is_foreign(store: Store, index: Index) -> bool:
    """Whether the index knows more than the store: then it followed another one.

    This is what a library looks like whose store was deleted or put back from a copy. Its index
    would else wait for changes that it believes to have seen, and miss what is new.
    """
    return index.state().position > store.last_change()


def follow_changes(store: Store, index: Index, progress: Progress = silent) -> int:
    """Bring the index up to the end of the change log; returns how many works it touched.

    Raises StorageBusyError when another process is already doing it.
    """
    with index.writing():
        if _is_foreign(store, index):
            index.reset()
        walk = _Walk(store, index)
        while walk.step():
            progress("Indexing", walk.done, walk.estimate())
        walk.commit()
    return walk.done


def rebuild(store: Store, index: Index, progress: Progress = silent) -> int:
    """Throw the index away and build it again from the store; returns the number of works."""
    with index.writing():
        index.reset()
    return follow_changes(store, index, progress)


class _Walk:
    """A walk along the change log, from where the index has come; its lock is held meanwhile."""

    def __init__(self, store: Store, index: Index, recent: Fetch | None = None) -> None:
        self._store = store
        self._index = index
        self._recent = recent
        self._position = index.state().position
        self._uncommitted = 0
        self.done = 0

    def step(self) -> bool:
        """Bring the next changes in; False at the end of the log."""
        changes = self._store.changes(self._position, BATCH)
        if not changes:
            return False
        self._position = changes[-1].seq
        works = self._fetch([change for change in changes if change.act is Act.PUT])
        gone = [change.work_id for change in changes if change.work_id not in works]
        # A work that was merged a moment ago is given as what it became: maybe a second time.
        puts = {work.id: work for work in works.values()}
        self._index.apply(list(puts.values()), gone, position=self._position)
        self.done += len(changes)
        self._uncommitted += len(changes)
        if self._uncommitted >= COMMIT_EVERY:
            self.commit()
        return True

    def _fetch(self, changes: Sequence[Change]) -> Mapping[int, Work]:
        recent = self._recent(changes) if self._recent else {}
        missing = [change.work_id for change in changes if change.work_id not in recent]
        return {**recent, **self._store.get_works(missing)} if missing else recent

    def commit(self) -> None:
        """Make what was brought in searchable."""
        if self._uncommitted:
            self._index.commit()
            self._uncommitted = 0

    def estimate(self) -> int:
        """About how many works the walk will have touched at the end."""
        return self.done + self._store.last_change() - self._position


class Follower:
    """Follows the change log in a thread of its own, while another one writes to the store."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index
        self._foreign = _is_foreign(store, index)  # asked before anything more is written
        self._walk: _Walk | None = None
        self._recent: dict[int, tuple[int, Work]] = {}
        self._recent_lock = threading.Lock()
        self._news = threading.Event()
        self._last = False
        self._abandoned = False
        self._pool = ThreadPoolExecutor(1, "index")
        self._result = self._pool.submit(self._run)

    def offer(self, works: Sequence[Work], position: int) -> None:
        """Say that these works have just been kept, by changes up to `position`.

        They are indexed as given, which saves reading them again; a change after `position`
        makes what is given here void.
        """
        with self._recent_lock:
            full = len(self._recent) > MAX_RECENT
            for work in works:
                if full:
                    self._recent.pop(work.id, None)
                else:
                    self._recent[work.id] = (position, work)
        self._news.set()

    def finish(self, progress: Progress = silent) -> None:
        """Follow to the end of the log. Raises what the index raised."""
        self._last = True
        self._news.set()
        while wait([self._result], POLL_SECONDS).not_done:
            if walk := self._walk:
                progress("Indexing", walk.done, walk.estimate())
        try:
            self._result.result()
        except StorageBusyError:
            # Another process has the index's lock; the index follows when it is next opened.
            return

    def close(self) -> None:
        """Stop after the works at hand, if the end has not been reached."""
        self._abandoned = True
        self._news.set()
        self._pool.shutdown()

    def _run(self) -> None:
        with self._index.writing():
            if self._foreign:
                self._index.reset()
            self._walk = walk = _Walk(self._store, self._index, self._take_recent)
            while True:
                self._news.clear()
                last = self._last
                while not self._abandoned and walk.step():
                    pass
                if last or self._abandoned:
                    break
                if not self._news.wait(IDLE_SECONDS):
                    walk.commit()  # the writer waits for a source: what came so far is to be found
                    self._news.wait()
            walk.commit()

    def _take_recent(self, changes: Sequence[Change]) -> Mapping[int, Work]:
        found = {}
        with self._recent_lock:
            for change in changes:
                position, work = self._recent.pop(change.work_id, (0, None))
                if work and change.seq <= position:
                    found[change.work_id] = work
        return found


@contextmanager
def following(store: Store, index: Index, progress: Progress = silent) -> Iterator[Follower]:
    """Let the index follow while the block writes, and to the end of the log after it."""
    follower = Follower(store, index)
    try:
        try:
            yield follower
        except Exception:
            follower.finish(progress)  # what went in before is to be found
            raise
        follower.finish(progress)
    finally:
        follower.close()
