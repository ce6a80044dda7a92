"""Text as a recogniser would write it: lower case, no punctuation, names instead of placeholders."""

import random
import re

NAMES = (
    "john mary james sarah mike anna david emma chris lisa laura tom kate alex sam ben jack mark paul peter nick julia steve "
    "jen amy adam maria ali wei priya"
).split()
_PLACEHOLDER = re.compile(r"\[(name|religion)\]", re.IGNORECASE)
_QUOTES = re.compile(r"[\u2018\u2019`\u00b4]")


def with_names(text: str, pick: random.Random) -> str:
    """GoEmotions hides names as [NAME]; speech has names."""
    return _PLACEHOLDER.sub(lambda hit: pick.choice(NAMES) if hit[1].lower() == "name" else "religion", text)


def as_spoken(text: str, apostrophes: bool = True) -> str:
    """Lower case and bare words; `apostrophes` keeps "don't", otherwise it becomes "dont" as some recognisers write."""
    text = _QUOTES.sub("'", text).lower()
    text = _PLACEHOLDER.sub(r"\1", text)
    if not apostrophes:
        text = re.sub(r"(?<=\w)'(?=\w)", "", text)
    text = re.sub(r"(?<!\w)'|'(?!\w)|[^\w\s']|_", " ", text)
    return " ".join(text.split())
