"""The page in a real browser: what people see and do, at a desk and on a phone, light and dark.

Needs a Chromium, such as Debian's, and is skipped without one.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.slow,
]
sync_api = pytest.importorskip("playwright.sync_api", reason="there is no Playwright")

SIZES = {"desk": (1280, 860), "phone": (390, 844)}
ARTICLE = (
    "The navy ordered two frigates from the yard \U0001f6a2.\n\n"
    "A choir sang <b>Mahler</b> in the town hall.\n\n"
    "The earthquake brought down a bridge, and rescuers search the rubble."
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service in a process of its own."""
    folder = tmp_path_factory.mktemp("data")
    command = [sys.executable, "-m", "topicclf", "serve", "--port", "0", "--data", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield found[0]
        process.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One browser for all tests."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def _opened(browser: "Browser", address: str, *, size: str = "desk", scheme: Any = "light") -> Any:
    """A page, whose messages on the console are kept as ``page.faults``."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        accept_downloads=True,
    )
    context.set_default_timeout(60_000)
    page: Any = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "request",
        lambda request: (
            page.faults.append(request.url)
            if not request.url.startswith((address, "blob:", "data:"))
            else None
        ),
    )
    page.goto(address)
    return page


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    """The page at a desk; nothing may be left on its console."""
    page = _opened(browser, address)
    yield page
    assert page.faults == []
    page.context.close()


def _until(page: "Page", expression: str, argument: object = None) -> None:
    """Wait until something is so; Playwright's own way is forbidden by the page's policy."""
    end = time.monotonic() + 60
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(20)


def _paste(page: "Page", text: str) -> None:
    page.evaluate("text => { document.getElementById('text').value = text; }", text)
    page.dispatch_event("#text", "paste")
    page.wait_for_selector("#bars li")


def test_a_pasted_article_is_answered_in_a_sentence(page: "Page") -> None:
    """With the words that say so."""
    _paste(page, ARTICLE)
    verdict = page.inner_text("#verdict")
    assert verdict.startswith("Carries ")
    assert {"defence", "disaster"} <= set(re.findall(r"\w+", verdict))
    assert "“frigates”" in verdict


def test_the_article_is_shown_as_it_is_with_marks(page: "Page") -> None:
    """Escaped, and right beyond the characters that JavaScript counts as one."""
    _paste(page, ARTICLE)
    assert page.locator("#read b").count() == 0
    shown = page.evaluate(
        "() => { const copy = document.getElementById('read').cloneNode(true);"
        " for (const tag of copy.querySelectorAll('.tag')) tag.remove(); return copy.textContent; }"
    )
    assert shown == ARTICLE
    marked = page.locator("#read mark").all_inner_texts()
    assert {"frigates", "earthquake"} <= set(marked)
    assert page.locator("#read .tag").all_inner_texts().count("disaster") == 1


def test_a_slider_shows_what_a_threshold_would_do(page: "Page") -> None:
    """The sentence and the bars follow; a button brings the model's back."""
    _paste(page, ARTICLE)
    slider = page.get_by_label("Threshold of trade")
    slider.focus()
    page.keyboard.press("Home")
    assert "trade" not in page.inner_text("#verdict")
    page.evaluate("document.querySelector('[aria-label=\"Threshold of defence\"]').value = 0.99")
    page.get_by_label("Threshold of defence").dispatch_event("input")
    before = page.inner_text("#verdict")
    page.click("#reset")
    assert page.inner_text("#verdict").count("defence") == 1
    assert page.locator("#reset").is_hidden()
    assert before


def test_the_words_add_up(page: "Page") -> None:
    """Those that are shown, and the others together."""
    _paste(page, ARTICLE)
    page.click("#why summary")
    page.wait_for_selector("#sums table")
    for table in page.locator("#sums table").all():
        values = [
            float(cell.replace("\u2212", "-"))
            for cell in table.locator("td:nth-child(2)").all_inner_texts()
        ]
        assert sum(values[:-1]) == pytest.approx(values[-1], abs=0.005 * len(values))


def test_a_correction_is_kept(page: "Page") -> None:
    """And confirmed in words."""
    _paste(page, ARTICLE)
    assert page.locator("#send").is_disabled()
    page.get_by_label("trade: carries").click()
    page.click("#send")
    _until(page, "document.getElementById('kept').textContent.startsWith('Kept')")
    assert "trade" in page.inner_text("#kept")


def test_a_link_brings_the_same_view_back(page: "Page", browser: "Browser", address: str) -> None:
    """The text, the title and the thresholds."""
    page.fill("#headline", "A title")
    _paste(page, ARTICLE)
    page.evaluate("document.querySelector('[aria-label=\"Threshold of trade\"]').value = 0.01")
    page.get_by_label("Threshold of trade").dispatch_event("input")
    page.click("#link")
    _until(page, "location.hash.length > 10")
    again = _opened(browser, address)
    again.goto(page.url)
    again.reload()
    again.wait_for_selector("#bars li")
    _until(again, "!document.getElementById('reset').hidden")
    assert again.inner_text("#verdict") == page.inner_text("#verdict")
    assert again.input_value("#headline") == "A title"
    assert again.faults == []
    again.context.close()


def test_a_web_page_and_a_feed_can_be_opened(page: "Page", tmp_path: Path) -> None:
    """The article of a page; of several articles one can be chosen."""
    page.set_input_files("#file", sorted((ROOT / "tests" / "pages").glob("*.html"))[0])
    page.wait_for_selector("#bars li")
    assert page.input_value("#headline")
    lines = [{"title": f"Title {number}", "text": ARTICLE} for number in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    page.set_input_files("#file", tmp_path / "a.jsonl")
    page.wait_for_selector("#entries")
    page.select_option("#entries", "2")
    _until(page, "document.getElementById('headline').value === 'Title 2'")


def test_an_article_in_another_language_is_warned_of(page: "Page") -> None:
    """And one without topics gets none."""
    _paste(page, "Der Preis ist seit Montag nicht mehr so hoch wie im Mai, und das ist gut.")
    assert "rely on this" in page.inner_text("#caveat")
    _paste(page, "The choir sang Mahler in the town hall, and the audience was delighted.")
    assert page.inner_text("#verdict").startswith("Carries none of the topics.")


def test_the_tabs_go_by_arrow_keys(page: "Page") -> None:
    """As the pattern for tabs wants it."""
    page.focus("#tab-article")
    page.keyboard.press("ArrowLeft")
    assert page.get_attribute("#tab-about", "aria-selected") == "true"
    page.wait_for_selector("#card table")
    assert page.locator("#article").is_hidden()


def test_two_people_label_with_keys(browser: "Browser", address: str, tmp_path: Path) -> None:
    """Each article once; undo brings one back."""
    texts = [f"The navy ordered {number} frigates." for number in range(4)]
    lines = [{"suggested": {}, "text": text} for text in texts]
    (tmp_path / "pool.jsonl").write_text("\n".join(map(json.dumps, lines)))
    seen = []
    pages = [_opened(browser, address) for _ in range(2)]
    for number, page in enumerate(pages):
        page.click("#tab-label")
        page.fill("#who", f"person {number}")
        page.press("#who", "Enter")
    pages[0].set_input_files("#pool", tmp_path / "pool.jsonl")
    pages[0].wait_for_selector(".piece >> text=navy")
    pages[1].press("#who", "Tab")
    pages[1].fill("#who", "somebody else")
    pages[1].press("#who", "Enter")
    pages[1].wait_for_selector(".piece >> text=navy")
    for _ in range(2):
        for page in pages:
            text = page.inner_text(".piece")
            seen.append(text)
            page.keyboard.press("1")
            page.keyboard.press("Enter")
            _until(
                page,
                "text => document.querySelector('.piece').innerText !== text ||"
                " document.querySelector('.piece').closest('div:not(.piece)').hidden",
                text,
            )
    assert sorted(seen) == texts
    pages[1].wait_for_selector("text=4 of 4 labelled")
    for page in pages:
        assert page.faults == []
        page.context.close()


def _dated(file: Path, months: int, *, each: int = 1) -> Path:
    lines = [
        {"text": f"The navy ordered {number} frigates.", "date": f"2026-{month:02}-03"}
        for month in range(1, months + 1)
        for number in range(each)
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    return file


def test_a_file_chosen_before_all_is_loaded_is_tagged(
    browser: "Browser", address: str, tmp_path: Path
) -> None:
    """However slowly the tab's script and the model's description come, and if asked to wait."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()

    def late(route: Any) -> None:
        time.sleep(1)
        route.continue_()

    refused: list[str] = []

    def busy_at_first(route: Any) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        problem = {"title": "too many", "status": 429, "detail": "too many requests are waiting"}
        route.fulfill(status=429, headers={"retry-after": "1"}, json=problem)

    page.route("**/files.js", late)
    page.route("**/v1/model", late)
    page.route(re.compile("/v1/files/[0-9a-f]+$"), busy_at_first)
    page.goto(address)
    page.click("#tab-files")
    page.set_input_files("#batch", _dated(tmp_path / "feed.jsonl", 6, each=20))
    page.wait_for_selector("#summary .chart")
    assert refused
    context.close()


def test_a_file_is_tagged_and_given_back(page: "Page", tmp_path: Path) -> None:
    """With a chart over time."""
    feed = _dated(tmp_path / "feed.jsonl", 6, each=20)
    page.click("#tab-files")
    page.set_input_files("#batch", feed)
    page.wait_for_selector("#summary .chart")
    with page.expect_download() as download:
        page.click("text=Download feed-tagged.jsonl")
    assert len(download.value.path().read_text().splitlines()) == 6 * 20


def _violations(page: "Page") -> list[str]:
    # Its own way in is forbidden by the page's policy.
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:100]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_everybody_can_use_it(
    browser: "Browser", address: str, tmp_path: Path, size: str, scheme: str
) -> None:
    """Axe-core finds nothing in any tab, nothing is wider than the screen, the console is empty."""
    page = _opened(browser, address, size=size, scheme=scheme)
    (tmp_path / "a.jsonl").write_text(
        "\n".join(
            json.dumps({"text": ARTICLE + str(n), "date": f"2026-{n:02}-01"}) for n in range(1, 13)
        )
    )
    faults = _violations(page)
    _paste(page, ARTICLE)
    page.click("#why summary")
    page.wait_for_selector("#sums table")
    faults += _violations(page)
    page.click("#tab-files")
    page.set_input_files("#batch", tmp_path / "a.jsonl")
    page.wait_for_selector("#summary .chart")
    faults += _violations(page)
    page.click("#tab-label")
    page.fill("#who", f"{size} {scheme}")
    page.press("#who", "Enter")
    page.set_input_files("#pool", tmp_path / "a.jsonl")
    page.wait_for_selector("text=articles added")
    faults += _violations(page)
    page.click("#tab-about")
    page.wait_for_selector("#card table")
    faults += _violations(page)
    assert not faults, "\n".join(faults)
    assert page.faults == []
    for tab in ("article", "files", "label", "about"):
        page.click(f"#tab-{tab}")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], tab
    page.context.close()


def test_the_page_is_light(browser: "Browser", address: str) -> None:
    """All that it loads, until every tab has been opened."""
    page = _opened(browser, address)
    urls: set[str] = set()
    page.on("request", lambda request: urls.add(request.url))
    page.reload()
    for tab in ("files", "label", "about"):
        page.click(f"#tab-{tab}")
        page.wait_for_timeout(200)
    page.context.close()
    kinds = (".js", ".css", ".svg", "/")
    loaded = [urlopen(url).read() for url in urls if url.endswith(kinds)]
    assert len(loaded) >= 8
    assert sum(map(len, loaded)) < 60_000


def test_a_token_is_asked_for_once(browser: "Browser", tmp_path: Path) -> None:
    """And kept for the session."""
    command = [sys.executable, "-m", "topicclf", "serve", "--port", "0", "--data", str(tmp_path)]
    environment = {**os.environ, "TOPICCLF_TOKEN": "secret"}
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        time.sleep(0.2)
        page = _opened(browser, found[0])
        page.wait_for_selector("dialog[open]")
        page.fill("#token", "secret")
        page.click("text=Continue")
        _until(page, "document.getElementById('hash').textContent.length > 5")
        _paste(page, ARTICLE)
        page.context.close()
        process.terminate()
