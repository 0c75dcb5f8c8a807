"""Whether a paper was taken back. arXiv has no flag for it: a withdrawal is one more version,
without a text of its own, whose comment says why.
"""

from __future__ import annotations

import re

_LOOKED_AT = 2000
"""Characters of a comment; the word stands at its beginning or not at all."""
_THING = (
    r"(?:paper|article|submission|manuscript|work|preprint|e-?print|note|document|version|report|"
    r"thesis|letter|draft)"
)
_BY = r"(?:by|due|because|as|since|for|in|owing|pending|until|while|after|on)\b"
_AFTER = rf"(?=\s*(?:$|[.,;:!()\]–—-]|{_BY}|from (?:the )?arxiv\b))"
_FORMS = (
    # "This paper has been withdrawn by the authors", "The article is being withdrawn."
    rf"(?:this|the|our|my) (?:[a-z]+ )?{_THING} (?:has|have|had|is|was) (?:[a-z]+ ){{0,2}}"
    rf"withdrawn{_AFTER}",
    # "Paper withdrawn", "This version withdrawn by arXiv administrators"
    rf"(?:this )?{_THING} (?:temporarily )?withdrawn{_AFTER}",
    # "Withdrawn due to an error in Lemma 2"
    rf"(?:temporarily |has been |now )?withdrawn{_AFTER}",
    # "The authors have withdrawn this paper", "We withdraw the manuscript"
    r"(?:i|we|(?:the )?authors?|the author\(s\)) (?:[a-z]+ ){0,4}withdr(?:aw|ew|awn) "
    rf"(?:this|the|our|my|their) (?:[a-z]+ )?{_THING}{_AFTER}",
)
_SAYS_SO = re.compile(rf"(?:^|[.;:!?,(\[*] ?)(?:{'|'.join(_FORMS)})", re.IGNORECASE)
# What else could be meant: a paper other than this one, a venue that it was taken back from.
_OTHER = re.compile(r"\b(?:not|never|previous|earlier|former|first|supersed\w+|replac\w+)\b", re.I)


def is_withdrawn(comments: str, *, size: str = "", source_type: str = "") -> bool:
    """What the newest version says: its size ("0kb"), its source type, or its comment.

    A version of size nought, or of type "I" (all files ignored), has no text that could be read.
    A comment counts where being withdrawn is what it says of this paper, not where it is about
    something else that was ("the withdrawn paper [3]", "withdrawal rates").
    """
    if source_type.strip().upper() == "I" or re.fullmatch(r"\s*0+ ?(?:kb|b)?\s*", size, re.I):
        return True
    text = " ".join(comments[:_LOOKED_AT].split())
    return any(not _OTHER.search(found[0]) for found in _SAYS_SO.finditer(text))
