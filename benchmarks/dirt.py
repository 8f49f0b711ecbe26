"""How many articles change their topics when what isn't prose gets into them, in twelve ways.

Run: ``python benchmarks/dirt.py [--articles N] CORPUS...``, files of JSON lines, packed or not.
Each way has several forms, and each article gets one of them, drawn with a fixed seed. All the
words in them are of topics, so that whoever reads them is misled.
"""

import argparse
import gzip
import html
import json
import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import topicclf
from topicclf import TopicModel

Dirt = Callable[[str, random.Random], str]

SIGN_UPS = (
    "Sign up for our Energy and Trade newsletter: oil, gas, tariffs and sanctions in your inbox.",
    "Subscribe to Defence Weekly for the latest on missiles, warships and the armed forces",
    "Get our free daily briefing on oil, pipelines and power grids, straight to your inbox.",
    "Don't miss our storm alerts: hurricanes, floods and earthquakes live. Sign up here.",
    "Want more on tariffs, exports and deals? Join 40,000 readers of The Customs Letter today.",
    "Never miss a story about the army, the navy and the force: register for our email updates.",
    "NEWSLETTER: Oil & Gas Daily \u2013 crude, LNG, refineries. Enter your email to subscribe.",
)
HEADLINES = (
    "Navy Sends Two Frigates to the Strait After Missile Strike",
    "Oil Prices Jump as OPEC Cuts Crude Output",
    "China and EU near deal on steel tariffs",
    "Earthquake kills 40 and leaves thousands homeless in the north",
    "Army orders 200 tanks in record defence contract",
    "Gas pipeline shut down after leak, supplier says",
    "Hurricane makes landfall, floods cut off coastal towns",
    "US lifts import duties on solar panels from Vietnam",
    "Power grid close to collapse as heatwave goes on",
    "What we know about the air strikes on the port",
    "Exports of soybeans fall for third month in a row",
    "Wildfire evacuations: your questions answered",
)
HEADINGS = ("", "", "Related", "Related articles:", "More from World", "Read next", "MOST READ",
            "You may also like", "Trending now", "Recommended for you")  # fmt: skip
LINKS = (
    "https://www.example.com/news/energy/2024/oil-gas-pipeline-crude-barrel-opec",
    "http://example.org/defence/army-missile-strike-frigates-navy.html?utm=war",
    "www.example.net/trade/tariffs-exports-customs-duties",
    "example.com/world/disaster/earthquake-flood-hurricane-victims",
    "https://t.co/navy oil.gas@pipeline-energy.com",
    "file:///home/trade/tariffs/exports/import-duties.pdf",
    "/srv/energy/oil/crude-barrels.csv",
)
COOKIES = (
    "We use cookies to measure electricity, oil and gas traffic. Accept all",
    "This site uses cookies. By continuing to browse you agree to our energy and defence partners.",
    "We and our 842 partners store cookies to show you ads on fuel and military equipment.",
    "Manage your cookie preferences: trade, tariffs, exports, customs",
    "By clicking \u201cAccept\u201d you agree to cookies of our oil, gas and power partners.",
)
SHARE_BARS = (
    "Share this article: Facebook | Twitter | WhatsApp | Email",
    "Share on Facebook Share on Twitter Navy Army Missiles",
    "Follow us on Twitter and Facebook for more on oil, gas and pipelines",
    "Like us on Facebook for storm, flood and earthquake news",
    "Tweet Share Email Print Save tariffs exports trade",
    "Join our WhatsApp channel for energy, oil and electricity news",
    "Follow @DefenceDesk on Twitter for missiles, warships and troops",
)
CREDITS = (
    "Photo: An oil tanker burns in the strait (Reuters)",
    "Soldiers fire a missile during an exercise. (AP Photo/Jane Roe)",
    "Image credit: Navy frigate HMS Argyll/Ministry of Defence",
    "File photo: Houses destroyed by the earthquake and flood. Getty Images",
    "A gas pipeline and an oil refinery near the border. Photograph: Jane Roe/Alamy",
    "Containers await export at the port of Elmtown. REUTERS/John Doe/File Photo",
    "Photo by John Doe / Tariff and Customs Agency",
)
BIOGRAPHIES = (
    "Jane Roe is a reporter covering oil, gas and electricity for the Elmtown Echo.",
    "John Doe covers defence, the army and missile programmes. Follow him on Twitter @johndoe.",
    "About the author: Jane Roe writes about tariffs, exports and trade agreements.",
    "Jane Roe is the paper's disaster correspondent. She has covered floods and earthquakes.",
    "John Doe is a senior fellow for energy and security and a former navy officer.",
    "Jane Roe has written about crude oil, refineries and pipelines for twenty years.",
)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a"


def at_end(lines: tuple[str, ...]) -> Dirt:
    """A line after the article."""
    return lambda text, rng: text + rng.choice(["\n", "\n\n"]) + rng.choice(lines)


def at_start(lines: tuple[str, ...]) -> Dirt:
    """A line before the article, or for one in three between its paragraphs."""

    def dirty(text: str, rng: random.Random) -> str:
        line = rng.choice(lines)
        return f"{line}\n\n{text}" if rng.random() < 2 / 3 else between(text, line, rng)

    return dirty


def anywhere(lines: tuple[str, ...]) -> Dirt:
    """A line at the end, or for one in three between the article's paragraphs."""

    def dirty(text: str, rng: random.Random) -> str:
        line = rng.choice(lines)
        return f"{text}\n\n{line}" if rng.random() < 2 / 3 else between(text, line, rng)

    return dirty


def between(text: str, line: str, rng: random.Random) -> str:
    """Put a line between two paragraphs, or at the end of an article that has but one."""
    paragraphs = text.split("\n")
    place = rng.randrange(len(paragraphs)) + 1
    return "\n".join([*paragraphs[:place], line, *paragraphs[place:]])


def related(text: str, rng: random.Random) -> str:
    """Four headlines of other articles, with or without a heading."""
    bullet = rng.choice(["", "", "- ", "\u2022 "])
    lines = [rng.choice(HEADINGS), *(bullet + each for each in rng.sample(HEADLINES, 4))]
    return text + "\n\n" + "\n".join(filter(None, lines))


def linked(text: str, rng: random.Random) -> str:
    """An address after the article, or after one of its words."""
    address = rng.choice(LINKS)
    if rng.random() < 0.5:
        return f"{text}\n{address}"
    words = text.split(" ")
    place = rng.randrange(len(words)) + 1
    return " ".join([*words[:place], f"({address})", *words[place:]])


def as_html(text: str, rng: random.Random) -> str:
    """Paragraphs with links, pictures and character references, as feeds have them."""
    address = rng.choice(LINKS).split()[0]
    paragraphs = [
        f'<p class="energy-{n}">{_escaped(paragraph)}</p>'
        for n, paragraph in enumerate(filter(None, text.split("\n")))
    ]
    picture = f'<img src="{address}.jpg" alt="Oil tanker and navy frigate" class="wp-oil-gas"/>'
    link = f'<p><a href="{address}">More</a></p>'
    return rng.choice(["", "\n"]).join([picture, *paragraphs, link])


def _escaped(text: str) -> str:
    return html.escape(text).replace("\u2019", "&rsquo;")


def as_markdown(text: str, rng: random.Random) -> str:
    """A few words as links, a picture, perhaps a block of code."""
    words = text.split(" ")
    for _ in range(3):
        place = rng.randrange(len(words))
        if words[place].isalpha():
            words[place] = f"[{words[place]}]({rng.choice(LINKS).split()[0]})"
    picture = "![Navy frigates and oil tankers](/images/navy-oil-war.png)\n\n"
    code = "\n\n```\noil = gas + crude.barrels\n```\n"
    return rng.choice(["", picture]) + " ".join(words) + rng.choice(["", code])


def unseen(text: str, rng: random.Random) -> str:
    """Characters without a shape within half of the long words."""
    return _within_words(text, rng, UNSEEN)


def soft_hyphens(text: str, rng: random.Random) -> str:
    """As typesetters put them."""
    return _within_words(text, rng, "\u00ad")


def _within_words(text: str, rng: random.Random, characters: str) -> str:
    def split(match: re.Match[str]) -> str:
        word = match[0]
        place = rng.randrange(2, len(word) - 1)
        within = rng.choice(characters) if rng.random() < 0.5 else ""
        return word[:place] + within + word[place:]

    return re.sub(r"\w{5,}", split, text)


def broken(text: str, rng: random.Random) -> str:
    """Lines of 40 to 72 characters, with every fourth last word broken by a hyphen."""
    width = rng.randint(40, 72)
    paragraphs = []
    for paragraph in text.split("\n"):
        pieces: list[str] = []
        for line in textwrap.wrap(paragraph, width, break_on_hyphens=False):
            head, _, last = line.rpartition(" ")
            if rng.random() < 0.25 and re.fullmatch("[a-z]{6,}", last):
                place = rng.randrange(2, len(last) - 2)
                line = f"{head} {last[:place]}-\n{last[place:]}"
            pieces.append(line)
        paragraphs.append("\n".join(pieces))
    return "\n\n".join(filter(None, paragraphs))


WAYS: dict[str, Dirt] = {
    "sign-up line": anywhere(SIGN_UPS),
    "related headlines": related,
    "link address": linked,
    "HTML": as_html,
    "Markdown": as_markdown,
    "invisible characters": unseen,
    "soft hyphens": soft_hyphens,
    "broken lines": broken,
    "cookie notice": at_start(COOKIES),
    "share bar": anywhere(SHARE_BARS),
    "photo credit": at_start(CREDITS),
    "author": at_end(BIOGRAPHIES),
}


def articles(path: Path, most: int) -> list[str]:
    """The texts of a corpus, every so many."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    texts = [str(json.loads(line)["text"]) for line in content.splitlines()]
    return texts[:: max(1, len(texts) // most)]


def changed_share(model: TopicModel, texts: list[str], dirty: Dirt) -> float:
    """The share of articles whose topics are others once they are dirty."""
    rng = random.Random(0)
    clean = [set(topics) for topics, _, _ in model.tag_many(texts)]
    got = [set(topics) for topics, _, _ in model.tag_many([dirty(text, rng) for text in texts])]
    return sum(map(set.__ne__, clean, got)) / len(texts)


def main() -> None:
    """Print a line for each way, and the mean."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--articles", type=int, default=200, help="of each corpus")
    options = parser.parse_args()
    model = topicclf.load()
    texts = [text for path in options.corpora for text in articles(path, options.articles)]
    shares = {way: changed_share(model, texts, dirty) for way, dirty in WAYS.items()}
    for way, share in shares.items():
        print(f"{way:22} {share:6.1%} of {len(texts)} changed")
    print(f"{'mean':22} {sum(shares.values()) / len(shares):6.2%}")


if __name__ == "__main__":
    main()
