"""How fast records are read, nothing else: ``python benchmarks/reading.py``.

Each format has the same articles of some 2,000 characters, with curly quotes in every other one;
what Python takes to read the same bytes and do nothing is shown beside it.
"""

import csv
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from topicclf.records import read_records

_ARTICLES = 20_000
_ROUNDS = 3


def _rows() -> list[dict[str, object]]:
    sentence = "The navy\u2019s yard ordered {} frigates, and the \u201cministry\u201d agreed. "
    plain = "The yard of the navy ordered {} frigates, and the ministry agreed. "
    return [
        {
            "id": number,
            "url": f"https://example.org/{number}",
            "title": f"Frigates, no. {number}",
            "text": ((sentence if number % 2 else plain) * 28).format(*range(number, number + 28)),
            "meta": {"words": [1, 2, 3], "share": 0.5},
        }
        for number in range(_ARTICLES)
    ]


def _write(folder: Path) -> list[Path]:
    rows = _rows()
    paths = [folder / "a.jsonl", folder / "ascii.jsonl", folder / "a.csv", folder / "a.json"]
    for path, ascii_ in zip(paths[:2], (False, True), strict=True):
        lines = (json.dumps(row, ensure_ascii=ascii_) + "\n" for row in rows)
        path.write_text("".join(lines), "utf-8")
    with paths[2].open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    paths[3].write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    return paths


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print a line for each format."""
    with tempfile.TemporaryDirectory() as name:
        for path in _write(Path(name)):
            size = path.stat().st_size / 1e6
            took = _best(lambda path=path: sum(1 for _ in read_records([path])))  # type: ignore[misc]
            plain = _best(lambda path=path: sum(1 for _ in path.open("rb")))  # type: ignore[misc]
            each = took / _ARTICLES * 1e6
            print(
                f"{path.name:12} {size:6.1f} MB {took:6.3f} s {size / took:6.0f} MB/s "
                f"{each:5.1f} us a record; its lines alone {plain:.3f} s"
            )


if __name__ == "__main__":
    main()
