"""What a fresh process takes: run by speed.py, once for each system and round.

    python benchmarks/fresh.py SYSTEM MODEL TEXTS [CHARACTERS [WORKERS]]

Prints as one JSON object the seconds to import, to load, to predict the first text and to predict
all of TEXTS, a JSON list, and the peak memory in MB. With CHARACTERS, topicclf gets the list over
and over until so many have gone by.
"""

import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

TOPICS = ("defence", "energy", "trade", "disaster")


def _cycled(texts: list[str], characters: int) -> Iterator[str]:
    for text in itertools.cycle(texts):
        yield text
        characters -= len(text)
        if characters <= 0:
            return


def peak_memory(process: int | str = "self") -> float:
    """The most memory that a running process has held so far, in MB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def main(
    system: str, model: str, texts_file: str, characters: str = "", workers: str = "1"
) -> None:
    """Measure."""
    with Path(texts_file).open(encoding="utf-8") as file:
        texts: list[str] = json.load(file)
    start = time.perf_counter()
    if system == "topicclf":
        import topicclf

        imported = time.perf_counter()
        ours = topicclf.load(model)
        loaded = time.perf_counter()
        ours.predict(texts[0])
        first = time.perf_counter()
        stream = _cycled(texts, int(characters)) if characters else iter(texts)
        count = sum(1 for _ in ours.predict_many(stream, workers=int(workers)))
    else:
        from training.peers import PEERS

        peer = next(peer for peer in PEERS if peer.name == system)
        start = time.perf_counter()
        __import__(peer.module)
        if peer.module == "sklearn":
            import sklearn.feature_extraction.text
            import sklearn.linear_model  # noqa: F401
        imported = time.perf_counter()
        predict = peer.load(Path(model), TOPICS)
        loaded = time.perf_counter()
        predict(texts[:1])
        first = time.perf_counter()
        count = len(predict(texts))
    print(
        json.dumps(
            {
                "import": imported - start,
                "load": loaded - imported,
                "first": first - loaded,
                "seconds": time.perf_counter() - first,
                "count": count,
                "peak": peak_memory(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
