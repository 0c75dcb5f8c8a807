"""The student: a table of rows, taught by pairs (contrast) and by the teacher (distillation)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bags import Bags, Corpus, PairDrawer, Rows, pack
from lessons import Lessons

CONTRAST_SCALE = 20.0
DISTIL_SCALE = 15.0
PAPERS_PER_CONTRAST = 1024
PAPERS_PER_LESSON = 384
TITLES_PER_LESSON = 768
WORDS_PER_LESSON = 768
CLUSTERS = 256
CLUSTERS_PER_BATCH = 8
LEARNING_RATE = 0.01
WARM_UP = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train, and with which seed."""

    steps: int
    seed: int
    distil: float = 1.0


def initial_table(tokens: NDArray[np.float16], counts: Corpus, dim: int) -> NDArray[np.float32]:
    """Teacher vectors of the tokens, projected on their main axes, frequent words made short."""
    vectors = tokens.astype(np.float32)
    vectors -= vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors[:: max(1, len(vectors) // 20_000)], full_matrices=False)
    vectors = vectors @ axes[:dim].T
    vectors /= np.linalg.norm(vectors, axis=1).mean()
    share = frequencies(counts, len(vectors))
    return np.asarray(vectors * (1e-3 / (1e-3 + share))[:, None], np.float32)


def frequencies(corpus: Corpus, size: int) -> NDArray[np.float32]:
    """The share of each row among all rows of the corpus."""
    counts = np.bincount(corpus.rows, minlength=size)
    return np.asarray(counts / counts.sum(), np.float32)


def embed(table: torch.Tensor, bags: Bags) -> torch.Tensor:
    """Unit vectors of bags of rows."""
    return F.normalize(F.embedding_bag(bags[0], table, bags[1], mode="sum"), dim=1)


def contrast(queries: torch.Tensor, documents: torch.Tensor) -> torch.Tensor:
    """In-batch contrastive loss, both ways."""
    scores = queries @ documents.T * CONTRAST_SCALE
    own = torch.arange(len(scores))
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def imitate(
    student: torch.Tensor,
    student_columns: torch.Tensor,
    teacher: torch.Tensor,
    teacher_columns: torch.Tensor,
    kinds: int = 1,
) -> torch.Tensor:
    """Divergence of the student's neighbourhoods from the teacher's, a thing itself left out.

    The first rows are `kinds` views of the columns, in their order; the rest are other things.
    """
    count = len(student_columns)
    same = torch.zeros(len(student), count, dtype=torch.bool)
    same[: kinds * count] = torch.eye(count, dtype=torch.bool).repeat(kinds, 1)
    # Left in, a thing's likeness to itself would be nearly all of the probability.
    target = (teacher @ teacher_columns.T * DISTIL_SCALE).masked_fill(same, -1e4)
    found = (student @ student_columns.T * DISTIL_SCALE).masked_fill(same, -1e4)
    return F.kl_div(F.log_softmax(found, 1), F.softmax(target, 1), reduction="batchmean")


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a step: bags to embed, and the loss of their vectors."""

    bags: Sequence[Rows]
    loss: Callable[[torch.Tensor], torch.Tensor]


class Sampler:
    """Papers of a batch: at random, or from a few clusters, where the others are hard negatives."""

    def __init__(self, papers: int, seed: int) -> None:
        """Clusters come later, once there is a table that can tell papers apart."""
        self._papers = papers
        self._clusters: list[NDArray[np.int64]] = []
        self._random = np.random.default_rng(seed)

    def cluster(self, vectors: torch.Tensor) -> None:
        """Group the papers by k-means on their unit vectors."""
        labels = k_means(vectors, CLUSTERS, int(self._random.integers(2**31)))
        groups = [np.flatnonzero(labels == c) for c in range(CLUSTERS)]
        self._clusters = [group for group in groups if len(group)]

    def draw(self, count: int, below: int) -> NDArray[np.int64]:
        """About `count` distinct papers with a number under `below`."""
        if not self._clusters or self._random.random() < 0.5:
            return np.unique(self._random.integers(0, below, count))
        sizes = np.array([len(group) for group in self._clusters])
        chosen = self._random.choice(
            len(sizes), CLUSTERS_PER_BATCH, replace=False, p=sizes / sizes.sum()
        )
        drawn = []
        for group in (self._clusters[c] for c in chosen):
            known = group[: np.searchsorted(group, below)]
            if len(known):
                drawn.append(self._random.choice(known, count // CLUSTERS_PER_BATCH))
        return np.unique(np.concatenate(drawn))


def k_means(vectors: torch.Tensor, count: int, seed: int, rounds: int = 10) -> NDArray[np.int64]:
    """Cluster labels of unit vectors by cosine."""
    generator = torch.Generator().manual_seed(seed)
    sample = vectors[torch.randperm(len(vectors), generator=generator)[:40_000]]
    centres = sample[:count].clone()
    for _ in range(rounds):
        labels = (sample @ centres.T).argmax(1)
        sums = torch.zeros_like(centres).index_add_(0, labels, sample)
        centres = F.normalize(sums, dim=1)
    return np.asarray((vectors @ centres.T).argmax(1).numpy(), np.int64)


class Trainer:
    """One training run."""

    def __init__(self, corpus: Corpus, lessons: Lessons, table: NDArray[np.float32], plan: Plan):
        """Prepare the optimiser, the sampler and the teacher's centred vectors."""
        rarity = 1.0 / (frequencies(corpus, len(table)) + 1e-5)
        self.table = torch.nn.Parameter(torch.from_numpy(table.copy()))
        self._corpus, self._lessons, self._plan = corpus, lessons, plan
        self._drawer = PairDrawer(corpus, np.asarray(rarity, np.float32), plan.seed)
        self._sampler = Sampler(len(corpus), plan.seed)
        self._optimiser = torch.optim.Adam(
            [self.table], lr=LEARNING_RATE, betas=(0.9, 0.99), fused=True
        )
        self._centre = lessons.documents.astype(np.float32).mean(0)
        self._words = Sampler(len(table), plan.seed + 1)
        self._taught_words = _centred(lessons.tokens, lessons.tokens.astype(np.float32).mean(0))
        self._words.cluster(self._taught_words)

    def run(self) -> NDArray[np.float32]:
        """Train; the second and third thirds contrast each paper with its likes."""
        started, steps = time.monotonic(), self._plan.steps
        for step in range(steps):
            if step in (steps // 3, 2 * steps // 3):
                self._sampler.cluster(self.documents())
            rate = LEARNING_RATE * min(1.0, (step + 1) / WARM_UP) * max(0.03, 1 - step / steps)
            self._optimiser.param_groups[0]["lr"] = rate
            losses = self._step()
            if step % 50 == 0 or step == steps - 1:
                shown = " ".join(f"{loss:.3f}" for loss in losses)
                print(f"  step {step} {shown} {time.monotonic() - started:.0f} s", flush=True)
        return np.asarray(self.table.detach().numpy(), np.float32)

    def documents(self) -> torch.Tensor:
        """Vectors of all training papers under the present table."""
        table, chunks = self.table.detach(), []
        for start in range(0, len(self._corpus), 4096):
            papers = range(start, min(start + 4096, len(self._corpus)))
            chunks.append(embed(table, pack([self._corpus.text(p) for p in papers])))
        return torch.cat(chunks)

    def _step(self) -> list[float]:
        tasks = (self._pairs(), self._whole_papers(), self._titles(), self._single_words())
        # One look-up for all: its gradient is as large as the table, however few rows it reads.
        vectors = embed(self.table, pack([bag for task in tasks for bag in task.bags]))
        parts = vectors.split([len(task.bags) for task in tasks])
        losses = [task.loss(part) for task, part in zip(tasks, parts, strict=True)]
        loss = losses[0] + self._plan.distil * torch.stack(losses[1:]).sum() / 2
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return [float(part.detach()) for part in losses]

    def _pairs(self) -> Task:
        """Queries against documents."""
        papers = self._sampler.draw(PAPERS_PER_CONTRAST, len(self._corpus))
        queries, documents = self._drawer.draw(papers.tolist())
        return Task(queries + documents, lambda v: contrast(*v.chunk(2)))

    def _whole_papers(self) -> Task:
        """Titles, sentences and papers against papers."""
        corpus, lessons = self._corpus, self._lessons
        drawn = self._sampler.draw(PAPERS_PER_LESSON, len(lessons.documents)).tolist()
        places = lessons.sentence_places[drawn] + 1
        bags = [corpus.segment(p, 0) for p in drawn]
        bags += [corpus.segment(p, int(at)) for p, at in zip(drawn, places, strict=True)]
        bags += [corpus.text(p) for p in drawn]
        words = self._words.draw(WORDS_PER_LESSON, len(self.table))
        rows = (lessons.titles[drawn], lessons.sentences[drawn], lessons.documents[drawn])
        taught = (_centred(np.concatenate(rows), self._centre), self._taught_words[words])
        teacher, count = torch.cat(taught), len(drawn)
        whole = slice(2 * count, 3 * count)
        return Task(
            bags + list(words[:, None]),
            lambda v: imitate(v, v[whole], teacher, teacher[whole], kinds=3),
        )

    def _titles(self) -> Task:
        """Titles against titles."""
        drawn = self._sampler.draw(TITLES_PER_LESSON, len(self._lessons.titles)).tolist()
        teacher = _centred(self._lessons.titles[drawn], self._centre)
        bags = [self._corpus.segment(p, 0) for p in drawn]
        return Task(bags, lambda v: imitate(v, v, teacher, teacher))

    def _single_words(self) -> Task:
        """Words against words: without this a rare word would be what chance made of it."""
        drawn = self._words.draw(WORDS_PER_LESSON, len(self.table))
        teacher = self._taught_words[drawn]
        return Task(list(drawn[:, None]), lambda v: imitate(v, v, teacher, teacher))


def _centred(vectors: NDArray[np.float16], centre: NDArray[np.float32]) -> torch.Tensor:
    return F.normalize(torch.from_numpy(vectors.astype(np.float32) - centre), dim=1)
