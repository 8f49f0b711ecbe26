"""How many texts in other languages are flagged, and how many English ones wrongly.

Run: ``python benchmarks/language.py [CORPUS...]``, files of JSON lines, packed or not.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import topicclf

LANGUAGES = Path(__file__).parent.parent / "tests" / "languages"


def articles(path: Path) -> Iterator[dict[str, str]]:
    """The articles of a corpus."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open()
    with opened as file:
        yield from map(json.loads, file)


def main() -> None:
    """Print a line for each language and each corpus."""
    model = topicclf.load()
    flagged = total = 0
    for path in sorted(LANGUAGES.glob("*.txt")):
        found = [model.predict(text).language for text in path.read_text("utf-8").splitlines()]
        here = sum(language is not None for language in found)
        named = found.count(path.stem)
        flagged, total = flagged + here, total + len(found)
        print(f"{path.stem}: {here} of {len(found)} flagged, {named} by its name")
    print(f"other languages: {flagged} of {total} flagged, {flagged / total:.1%}")
    flagged = total = 0
    for path in map(Path, sys.argv[1:]):
        here = n = 0
        for n, (_, _, language) in enumerate(model.tag_many(articles(path)), 1):
            here += language is not None
        flagged, total = flagged + here, total + n
        print(f"{path.name}: {here} of {n} flagged")
    if total:
        print(f"English: {flagged} of {total} flagged, {flagged / total:.3%}")


if __name__ == "__main__":
    main()
