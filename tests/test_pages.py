"""Web pages in the manner of eight kinds of site, with furniture that tells of other topics."""

import gzip
import html
import json
import re
from pathlib import Path

import pytest

from topicclf import TopicModel
from topicclf.records.html import main_text
from topicclf.text.furniture import without_furniture

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))


def _own(page: str) -> list[str]:
    """The paragraphs that are marked as the article's own."""
    found = re.findall(r"<(p|li)[^>]* data-own>(.*?)</\1>", page)
    return [html.unescape(re.sub(r"<[^>]+>", "", paragraph)) for _, paragraph in found]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_gives_its_article_and_nothing_else(path: Path) -> None:
    """No cookie notice, caption, link to other articles, newsletter, comment or copyright line."""
    page = path.read_text("utf-8")
    title, text = main_text(page)
    assert f"<h1>{title}</h1>" in page.replace(' class="entry-title"', "")
    assert [line.removeprefix("- ") for line in text.splitlines()] == _own(page)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_furniture_makes_no_topic(path: Path, shipped: TopicModel) -> None:
    """The page carries what the article carries, which the page as plain text would not."""
    page = path.read_text("utf-8")
    title, text = main_text(page)
    own = shipped.predict("\n".join(_own(page)), title=title)
    assert shipped.predict(text, title=title).topics == own.topics


def test_without_extraction_furniture_would_make_topics(shipped: TopicModel) -> None:
    """The pages are misleading: read tag by tag, at least six of the eight get another answer."""
    misled = 0
    for path in PAGES:
        page = path.read_text("utf-8")
        everything = html.unescape(re.sub(r"<[^>]+>", "\n", page))
        own = shipped.predict("\n".join(_own(page)), title=main_text(page)[0])
        misled += set(shipped.predict(everything).topics) != set(own.topics)
    assert misled >= 6


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Navy sends two frigates",
        "RELATED ARTICLES",
        "Photo credit: Army press office",
        "Warship fires missile (file photo)",
        "A tank on manoeuvres. Photograph: Army press office",
        "© 2026 Northgas Oil and Energy plc",
        "Copyright 2026 Elmtown Echo. All rights reserved.",
        "Copyright 2020-2026 by The Daily",
        "Image source, Army",
        "Sign up for our news alerts",
        "Sign up for our Defence newsletter",
        "We and our partners use cookies to measure electricity tariffs.",
    ],
)
def test_a_line_of_furniture_goes(line: str) -> None:
    """Whatever stands around it."""
    assert without_furniture(f"Before.\n{line}\nAfter.") == "Before.\nAfter."


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for emergency alerts now, the governor told residents as the wildfire neared.",
        "Subscribe to the flood alerts of the agency, it told farmers along the river.",
        "Sign up by e-mail before Monday, the ministry says, or lose the gas rebate.",
        "Watch: tanker burns in the strait after missile strike",
        "Copyright 2024 treaty talks failed on Monday, and tariffs will follow.",
        "Image sources of the navy put the ship at the pier on Monday.",
        "Read more than one book a month and you will sleep better, a study says.",
        "Copyright law is being rewritten in Brussels.",
        "Watch out for ice, the police said.",
        "Related companies export to China as well.",
        "Subscribers to the gas network pay more.",
        "The photo shows a missile.",
        "",
    ],
)
def test_a_line_of_an_article_stays(line: str) -> None:
    """Even if it begins like furniture."""
    text = f"The ministry spoke on Monday.\n{line}\nIt will speak again on Friday, officials said."
    assert without_furniture(text) == text


def test_on_real_articles_furniture_is_little(shared: Path) -> None:
    """One in seven has some; together it is less than a hundredth of what they say."""
    with gzip.open(shared / "corpus" / "dev-modern.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    left = [without_furniture(text) for text in texts]
    assert 0 < sum(map(str.__ne__, texts, left)) < len(texts) / 5
    assert sum(map(len, left)) > 0.99 * sum(map(len, texts))
