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
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    yield from map(json.loads, content.splitlines())


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
        languages = [language for _, _, language in model.tag_many(articles(path))]
        here = sum(language is not None for language in languages)
        flagged, total = flagged + here, total + len(languages)
        print(f"{path.name}: {here} of {len(languages)} flagged")
    if total:
        print(f"English: {flagged} of {total} flagged, {flagged / total:.3%}")


if __name__ == "__main__":
    main()
