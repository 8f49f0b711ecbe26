"""The articles of our corpus as a feed of JSON lines."""

import json
from pathlib import Path

import click

CORPUS = Path(__file__).resolve().parent.parent / "training" / "corpus" / "articles.jsonl"
FIELDS = ("id", "title", "text", "date")


def make_feed(feed: Path, *, copies: int) -> list[dict[str, str]]:
    """Write each article so many times, and say how much that is; the records are returned."""
    articles = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    records = [{name: article[name] for name in FIELDS} for article in articles] * copies
    with feed.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
    click.echo(f"{len(records):,} records, {feed.stat().st_size / 1e6:.0f} MB")
    return records
