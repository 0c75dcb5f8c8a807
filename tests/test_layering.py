"""Imports point one way, between rooms and between modules; nothing heavy happens at import.

The picture that this keeps true is in `docs/design.md`. There is no list of exceptions.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
DESIGN = Path(__file__).parents[1] / "docs/design.md"
HEAVY = [
    "alembic",
    "argon2",
    "bibtexparser",
    "faiss",
    "httpcore2",
    "httpx2",
    "jinja2",
    "lxml",
    "markdown_it",
    "matplotlib",
    "numpy",
    "rich",
    "scipy",
    "sqlalchemy",
]
HEAVY += ["starlette", "tantivy", "tokenizers", "uvicorn"]


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The part of the package that a module belongs to; "" is the package itself."""
    return [*module.split("."), ""][1]


MODULES = {module_name(path): path for path in sorted((SOURCE / "broadsheet").rglob("*.py"))}
BOTTOM = {"errors", "text", "model", "ids", "query", "sources", "people", "edition", "plots"}
BOTTOM |= {"turns", "learning", "mailing"}
SEAMS = BOTTOM | {"ports"}
ADAPTERS = {"connectors", "storage", "search", "drawing", "passwords", "mail", "arrays"}
FACADES = {"newsroom", "accounts", "shelves", "searches", "community", "journal", "takeout"}
FACADES |= {"library", "press", "trends", "recommend", "post", "tuning"}
SEEN_BY_DOORS = BOTTOM | FACADES | {"config", "shapes", "wiring"}
LOWER = {
    **dict.fromkeys(["errors", "text", "config", "model", "turns"], {"errors", "text"}),
    **dict.fromkeys(["ids", "query", "sources", "people", "edition", "plots"], BOTTOM),
    **dict.fromkeys(["learning", "mailing"], BOTTOM),
    **dict.fromkeys(["ports", *ADAPTERS], SEAMS),
    "wiring": SEAMS
    | {"config", "fetching", "library", "post", "recommend", "signing", "sync", "works", *ADAPTERS},
    "web": SEEN_BY_DOORS | {"jobs"},
    "cli": SEEN_BY_DOORS | {"demo", "jobs", "web", ""},
    "jobs": SEEN_BY_DOORS | {"mishaps", "ports"},
    "__main__": {"cli"},
    "": SEEN_BY_DOORS,
}
"""For each room, those that it may import. The command line starts the web."""
LOGIC = {room(module) for module in MODULES} - set(LOWER)
"""Every other room is logic: it knows adapters only as ports."""


def may_import(importer: str, target: str) -> bool:
    return target == importer or target in LOWER.get(importer, SEAMS | LOGIC)


@cache
def imports(module: str) -> tuple[str, ...]:
    """Modules of ours that a module imports, deferred imports and those for typing included."""
    return tuple(_find_imports(module))


def _find_imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            for name in node.names if node.module in MODULES else ():
                inner = f"{node.module}.{name.name}"
                yield inner if inner in MODULES else str(node.module)


def test_rooms_import_only_what_is_below_them() -> None:
    """Break to see it fail: `import broadsheet.storage` anywhere in `library.py` or `web/`."""
    wrong = [
        f"{module} imports {target}"
        for module in MODULES
        for target in imports(module)
        if not may_import(room(module), room(target))
    ]
    assert not wrong


def test_only_the_mail_room_speaks_smtp() -> None:
    """Break to see it fail: `import smtplib` in any other room, inside a function, too."""
    speaking = {
        room(module)
        for module, path in MODULES.items()
        if re.search(r"^\s*(?:import|from) smtplib\b", path.read_text(encoding="utf-8"), re.M)
    }
    assert speaking == {"mail"}


def test_the_design_names_every_room() -> None:
    """Break to see it fail: add a module to the package."""
    table = DESIGN.read_text(encoding="utf-8").split("## Rooms")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)/?`", cell)}
    assert {room(module) for module in MODULES} - {"", "__main__"} == named


def test_no_module_is_in_a_cycle() -> None:
    """Break to see it fail: let `errors.py` import `broadsheet.model` inside a function."""
    graph = {module: set(imports(module)) - {module} for module in MODULES}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", ["broadsheet", "broadsheet.cli"])
def test_import_is_cheap(module: str) -> None:
    """Break to see it fail: import rich at the top of `cli/output.py`."""
    code = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == []
