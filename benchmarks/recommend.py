"""`./run bench recommend`: how well shelves learn, forward in time, how sure, and in reviews."""

from __future__ import annotations

from benchmarks import learning, learning_confidence, learning_forward, learning_reviews


def main() -> None:
    for part in (learning, learning_forward, learning_confidence, learning_reviews):
        part.main()


if __name__ == "__main__":
    main()
