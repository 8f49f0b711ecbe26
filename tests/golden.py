"""The golden probabilities: what the shipped model says of our held-out articles and of odd texts.

``python -m tests.golden`` writes them anew, after a new model; without it every Python, NumPy,
locale and hash seed must give the same numbers.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import topicclf
from topicclf.api import shipped_file

FILE = Path(__file__).with_suffix(".json")
_HELD_OUT = Path(__file__).parent.parent / "training" / "corpus" / "held-out.jsonl"
# Every so many of the articles: enough to see a change, few enough to be quick.
_EVERY = 8
_ODD = [
    "",
    "   \n\t ",
    "…!?",
    "navy",
    "NAVY Navy navy",
    "The navy ordered frigates. " * 300,
    "Côte d\u2019Ivoire\u2019s gas deal, U.S. says: £3m — \u201ctariffs\u201d",
    "co\u0302te d\u2019Ivoire \ufb01le n\u0303 \u0130stanbul STRA\u1e9eE",
    "\ud83d\ude00 earth\u00adquake \u200bflood\u200d \ufeffstorm",
    "\ud800 broken \udfff halves of the navy",
    "\u0000 null \u0085 next line \u2028 separator: oil price",
    "आधुनिक मानक हिन्दी navy",
    "海军订购了护卫舰",
    "a" * 5000 + " tariffs",
    " ".join(f"word{number}" for number in range(500)) + " earthquake",
    "trade\rtrade\x0btrade\x0ctrade\x1ctrade",
]


def articles() -> list[Any]:
    """What is judged."""
    lines = _HELD_OUT.read_text("utf-8").splitlines()[::_EVERY]
    records = map(json.loads, lines)
    return [*({"title": r.get("title"), "text": r["text"]} for r in records), *_ODD]


def fingerprint() -> str:
    """Which model it is."""
    return hashlib.sha256(shipped_file().read_bytes()).hexdigest()


def largest_difference() -> float:
    """How far the probabilities are from the golden ones at most."""
    golden: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    probability = topicclf.load().predict_proba(articles()).tolist()
    if len(probability) != len(golden["probability"]):
        return 1.0
    pairs = zip(probability, golden["probability"], strict=True)
    return max(abs(float(a) - float(b)) for rows in pairs for a, b in zip(*rows, strict=True))


def _write() -> None:
    rows = topicclf.load().predict_proba(articles()).tolist()
    lines = ",\n".join(json.dumps([round(value, 9) for value in row]) for row in rows)
    text = f'{{"model": "{fingerprint()}", "probability": [\n{lines}\n]}}\n'
    FILE.write_text(text, "utf-8")


if __name__ == "__main__":
    _write()
