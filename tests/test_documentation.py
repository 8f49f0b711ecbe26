"""What README and the docs show is what the program gives."""

import re
from pathlib import Path

import pytest

import topicclf
from examples.picture import ARTICLE, PICTURES, draw
from tests.conftest import ROOT

PAGES = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "topicclf/*.md") for path in ROOT.glob(pattern)
)
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)|(?:src|srcset)=\"([^\"]+)\"")


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_shows_the_present_answer(name: str) -> None:
    """When it doesn't: make pictures."""
    drawn = draw(ARTICLE.read_text("utf-8"), theme=PICTURES[name])
    assert (ROOT / "docs" / name).read_text("utf-8") == drawn


def test_the_output_in_the_readme_is_real() -> None:
    """When it isn't: make pictures."""
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = readme.split("<!-- answer -->\n```\n")[1].split("\n```\n")[0]
    prediction = topicclf.predict(ARTICLE.read_text("utf-8"))
    lines = shown.splitlines()
    assert lines[0] == ", ".join(prediction.topics)
    bars = {line.split()[0]: line.split("%")[0].split()[-1] for line in lines[1:5]}
    assert bars == {topic: f"{p:.1%}"[:-1] for topic, p in prediction.probabilities.items()}
    for topic, evidence in prediction.evidence.items():
        assert f"{topic}: {', '.join(evidence.terms)}" in lines
        assert all(f'  "{sentence.text}"' in lines for sentence in evidence.sentences)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Those within the repository."""
    places = [first or second for first, second in _LINK.findall(page.read_text("utf-8"))]
    assert [place for place in places if not (page.parent / place).exists()] == []


def test_the_citation_is_of_this_version() -> None:
    """Of no other."""
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {topicclf.__version__}\n" in citation
