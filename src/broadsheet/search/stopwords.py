"""English words that say nothing of a paper's subject."""

from __future__ import annotations

STOP_WORDS = (
    "a about an and are as at be been but by can could did do does for from had has have how i if "
    "in into is it its no not of on or our over should such than that the their then there these "
    "they this to under upon us using via was we were what when where whether which while who why "
    "will with within would you your"
)
