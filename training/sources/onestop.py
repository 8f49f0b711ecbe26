"""OneStopEnglish: Guardian articles as retold for advanced learners, a file each."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from training.item import Item, decoded, paragraphs

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[Item]:
    """The article in ``.../Adv-Txt/NAME-adv.txt``, without the line that names the level."""
    path = PurePosixPath(name)
    text = paragraphs(decoded(content))
    first, _, rest = text.partition("\n")
    if first.strip().lower() == "advanced":
        text = rest.lstrip()
    title = path.stem.removesuffix("-adv").strip()
    yield Item(f"onestop:{path.name}", "onestop", text, title, date="2013-2016")
