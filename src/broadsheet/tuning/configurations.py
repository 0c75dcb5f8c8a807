"""The configurations of search that are tried against each other. Pure."""

from __future__ import annotations

from typing import NamedTuple

from broadsheet.model import Blend


class Configuration(NamedTuple):
    """A way to blend words and meaning; `id` is what is kept of it, `title` what it is called."""

    id: str
    title: str
    blend: Blend


CONFIGURATIONS = (
    Configuration("shipped", "as it is shipped", Blend()),
    Configuration("words", "by words alone", Blend(0.0)),
    Configuration("less", "less meaning", Blend(1 / 3)),
    Configuration("more", "more meaning", Blend(2.0)),
    Configuration("much", "much more meaning", Blend(4.0)),
    Configuration("most", "meaning before words", Blend(10.0)),
    Configuration("ranks-less", "by places, less meaning", Blend(1 / 3, by_rank=True)),
    Configuration("ranks", "by places", Blend(1.0, by_rank=True)),
    Configuration("ranks-more", "by places, more meaning", Blend(2.0, by_rank=True)),
    Configuration("ranks-much", "by places, much more meaning", Blend(4.0, by_rank=True)),
)
"""The shipped one is the first."""

BY_ID = {each.id: each for each in CONFIGURATIONS}
