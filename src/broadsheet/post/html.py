"""A letter as HTML: plain markup with its styles in it, and nothing that has to be fetched.

No colour of the paper or of the ink is fixed, so that each mail program shows its own, light or
dark. The template escapes everything that it is given.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.post.page import LetterPage

if TYPE_CHECKING:
    from jinja2 import Template

    from broadsheet.post.picture import Picture


def write(page: LetterPage, picture: Picture | None) -> str:
    """The whole letter; the picture is one that goes along with it."""
    return _template().render(page=page, picture=picture)


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")
