"""Train the static table that ships inside Broadsheet (tier 0 of its vectors).

    pip install torch==2.13.0 numpy tokenizers safetensors
    PYTHONPATH=src python training/train_static_table.py --papers arxiv.jsonl.gz --work table

Papers are arXiv metadata (CC0), one JSON object a line with at least `title` and `abstract`.
Files named with --evaluation are never trained on: every paper whose title occurs in them is
left out. The teacher's answers are kept in --work, so that a second run starts with the training.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import heldout
import lessons
import student
import teacher
import vocabulary
from bags import Corpus
from broadsheet.search.embed.wordpiece import WordPieces
from corpus import Paper, evaluation_titles, hold_out, read_papers
from export import spread_over_signs, write

DIM = 256
ROTATION_SAMPLE = 20_000


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--papers", type=Path, required=True)
    add("--evaluation", type=Path, nargs="*", default=[])
    add("--work", type=Path, required=True, help="answers of the teacher are kept here")
    add("--teacher", type=Path, help="folder of the teacher's files (default: in --work)")
    add("--out", type=Path, default=Path("src/broadsheet/data/static"))
    add("--seed", type=int, default=20260101)
    add("--rows", type=int, default=60_000)
    add("--pieces", type=int, default=10_000)
    add("--held-out", type=int, default=6_000)
    add("--taught-titles", type=int, default=80_000)
    add("--taught-papers", type=int, default=30_000)
    add("--steps", type=int, default=2_400)
    add("--distil", type=float, default=3.0, help="weight of the teacher against the pairs")
    add("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Vocabulary, lessons, training, files."""
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    papers = read_papers(options.papers, evaluation_titles(options.evaluation))
    papers, held_out = hold_out(papers, options.held_out, options.seed)
    print(f"{len(papers):,} papers to learn from, {len(held_out):,} held out", flush=True)
    tokens, table = learn(papers, options)
    facts = {
        "seed": options.seed,
        "steps": options.steps,
        "distil": options.distil,
        "papers": {"count": len(papers), "sha256": _sha256(options.papers)},
        "teacher": {"package": teacher.PACKAGE, "sha256": teacher.FILES},
    }
    size = write(options.out, table, tokens, facts)
    print(f"wrote {size:,} bytes to {options.out}")
    heldout.report(table, tokens, held_out)


def learn(
    papers: list[Paper], options: argparse.Namespace
) -> tuple[list[str], NDArray[np.float32]]:
    """A vocabulary and its table, rotated so that the signs of vectors tell much."""
    guide = teacher.Teacher(options.teacher or options.work / "teacher", lessons.DOCUMENT_TOKENS)
    counts = vocabulary.count_words(text for p in papers for text in (p.title, p.abstract))
    tokens = vocabulary.build(counts, options.rows, options.pieces, guide.words())
    wanted = lessons.Wanted(options.taught_titles, options.taught_papers, options.seed)
    taught = lessons.take(options.work, guide, tokens, papers, wanted)
    corpus = Corpus.read(papers, WordPieces(tokens))
    table = student.initial_table(taught.tokens, corpus, DIM)
    plan = student.Plan(options.steps, options.seed, options.distil)
    trainer = student.Trainer(corpus, taught, table, plan)
    table = trainer.run()
    sample = trainer.documents().numpy()[:ROTATION_SAMPLE]
    return tokens, table @ spread_over_signs(sample, options.seed)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
