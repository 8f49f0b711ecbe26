"""Which articles may tell the same story: they stay on one side of every split."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["corpus_story"]

# Stories run for days: a month of a daily digest, a run of a wire's numbers, a senator's releases.
_REUTERS_RUN = 400
_NYT_RUN = 300


def corpus_story(fields: Mapping[str, Any]) -> str:
    """Name the story of an article from what its line says about it.

    A field ``group`` settles it. Else corpora that give time or author are cut by these, and of an
    outlet everything stays together: users read outlets that nobody trained on. Other articles
    are alone.

    >>> corpus_story({"id": "wce:2022-02-24:3ab592f947"})
    'wce:2022-02'
    >>> corpus_story({"id": "senate:Lugar/14Mar2005Lugar234"})
    'senate:Lugar'
    >>> corpus_story({"id": "punch:7", "source": "Punch"})
    'outlet:Punch'
    """
    if "group" in fields:
        return f"group:{fields['group']}"
    name = str(fields.get("id", ""))
    kind, _, rest = name.partition(":")
    if kind == "wce":
        return f"wce:{rest[:7]}"
    if kind == "senate":
        return f"senate:{rest.split('/')[0]}"
    if kind == "reuters21578":
        return f"reuters:{int(rest) // _REUTERS_RUN}"
    if kind == "nyt":
        return f"nyt:{int(rest) // _NYT_RUN}"
    if kind == "bbc":
        # Slugs of one story tend to start alike.
        return f"bbc:{re.split(r'[/-]', rest)[1:2]}"
    if kind == "crs":
        return f"crs:{fields.get('date')}"
    if fields.get("source"):
        return f"outlet:{fields['source']}"
    text = f"{fields.get('title')}\n{fields.get('text')}"
    return name or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
