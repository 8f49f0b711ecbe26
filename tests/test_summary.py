"""Summaries of tagged articles: counts, periods, examples, and the command."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.render.timeline import timeline
from topicclf.summary.periods import PERIODS, fitting_period, next_start, start
from topicclf.summary.summary import Summary
from topicclf.summary.tally import By, Tagged, Tally


def _article(topics: list[str], **fields: Any) -> Tagged:
    return Tagged(topics, dict.fromkeys(topics, 0.9), "A title", "A text.", fields, "a:1")


def _summary(articles: list[Tagged], by: str = "") -> Summary:
    tally = Tally(["trade", "energy"], by=By.parse(by))
    for article in articles:
        tally.add(article)
    return tally.summary()


def test_topics_are_counted() -> None:
    """An article with two counts for both, one with none for none."""
    summary = _summary([_article(["trade"]), _article(["trade", "energy"]), _article([])])
    assert (summary.all.n, summary.all.none) == (3, 1)
    assert summary.all.counts == {"trade": 2, "energy": 1}


def test_a_period_without_articles_is_one_too() -> None:
    """From the first to the last."""
    days = ["2026-01-30", "2026-04-02"]
    summary = _summary([_article(["trade"], date=day) for day in days], "date:month")
    assert [slot.name for slot in summary.slots] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert [slot.n for slot in summary.slots] == [1, 0, 0, 1]
    assert summary.slots[1].cell("trade").share is None


def test_dates_come_in_many_forms() -> None:
    """What is none is counted apart."""
    dates = ["2026-11-03", "2026/11/03", "2026-11-03T23:30:00+01:00", "2026-11", "soon", None]
    dates.append("Tue, 03 Nov 2026 08:00:00 GMT")
    summary = _summary([_article([], date=each) for each in dates], "date:month")
    [slot] = summary.slots
    assert (slot.n, summary.undated) == (5, 2)


@pytest.mark.parametrize("period", PERIODS)
def test_every_day_is_in_one_period(period: Any) -> None:
    """Periods follow each other without a gap, over leap days and the ends of years."""
    for number in range(0, 800):
        day = date(2023, 12, 1) + timedelta(number)
        first = start(day, period)
        assert first <= day < next_start(first, period)
        assert start(first, period) == first


def test_one_wrong_date_spoils_nothing() -> None:
    """Of periods too far apart only those with articles are shown."""
    days = ["0001-01-01", "2026-01-05", "2026-01-06", "9999-12-31"]
    for period, n in (("day", 4), ("week", 3), ("year", 3)):
        summary = _summary([_article([], date=each) for each in days], f"date:{period}")
        assert [slot.n for slot in summary.slots] == [1] * n if n == 4 else [1, 2, 1]


def test_the_period_fits_the_articles() -> None:
    """Short ones where there are many, long ones where there are few."""
    first = date(2026, 1, 1)
    days = [first + timedelta(number) for number in range(100)]
    assert fitting_period(dict.fromkeys(days, 50)) == "day"
    assert fitting_period(dict.fromkeys(days, 5)) == "week"
    assert fitting_period(dict.fromkeys(days, 1)) == "month"


def test_an_interval_needs_articles() -> None:
    """Of a handful it would say nothing."""
    few = _summary([_article(["trade"])] * 9)
    many = _summary([_article(["trade"])] * 10)
    assert few.all.cell("trade").interval is None
    interval = many.all.cell("trade").interval
    assert interval is not None
    assert interval[0] < 1.0 == interval[1]


def test_a_field_that_is_no_date_is_counted_by_value() -> None:
    """The most frequent value first."""
    summary = _summary([_article([], site=each) for each in "bab"], "site")
    assert [(slot.name, slot.n) for slot in summary.slots] == [("b", 2), ("a", 1)]
    assert summary.period is None


def test_examples_are_the_most_probable() -> None:
    """Five of them."""
    articles = [
        Tagged(["trade"], {"trade": n / 100}, f"Number {n}", "", {}, "") for n in range(100)
    ]
    titles = [each.title for each in _summary(articles).examples["trade"]]
    assert titles == [f"Number {n}" for n in (99, 98, 97, 96, 95)]


@pytest.mark.parametrize(
    ("by", "words"),
    [("date:decade", "day, week, month, year"), ("nothing", "no article has a field"),
     ("site:day", "no article's 'site' is a date")],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_refused(by: str, words: str) -> None:
    """With what there is."""
    with pytest.raises(DataError, match=words):
        _summary([_article([], site="Echo")], by)


def test_the_picture_escapes_names_and_names_no_colour() -> None:
    """The style sheet has the colours, for light and dark."""
    tally = Tally(["<script>"], by=By.parse("date:day"))
    for day in range(1, 29):
        for _ in range(12):
            tally.add(_article(["<script>"], date=f"2026-02-{day:02}"))
    picture = timeline(tally.summary())
    assert "<script" not in picture
    assert "style=" not in picture
    assert "#" not in picture
    assert picture.count('class="band"') == 1


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["summary", *arguments])


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """A file that predict has written."""
    lines = [
        {"text": "The navy ordered frigates.", "date": "2026-01-05", "=site": "a"},
        {"text": "A new opera opens.", "date": "2026-02-05", "=site": "b"},
        {"text": "An earthquake hit <the> coast.", "date": "2026-02-07", "=site": "a"},
    ]
    (tmp_path / "feed.jsonl").write_text("\n".join(map(json.dumps, lines)))
    output = str(tmp_path / "tagged.jsonl")
    run = CliRunner().invoke(commands, ["predict", str(tmp_path / "feed.jsonl"), "-o", output])
    assert run.exit_code == 0, run.output
    return tmp_path / "tagged.jsonl"


def test_the_command_prints_a_table(tagged: Path) -> None:
    """By month, in order."""
    lines = _run(str(tagged), "--by", "date:month").stdout.splitlines()
    assert lines[0].split()[:2] == ["date", "(month)"]
    assert [line.split()[:2] for line in lines[1:]] == [["all", "3"], ["2026-01", "1"],
                                                        ["2026-02", "2"]]  # fmt: skip


def test_the_command_prints_csv_that_no_spreadsheet_runs(tagged: Path) -> None:
    """A name that looks like a formula is made harmless."""
    rows = list(csv.reader(io.StringIO(_run(str(tagged), "--by", "=site", "--csv").stdout)))
    assert rows[0][0] == "'=site"
    assert [row[:2] for row in rows[1:]] == [["all", "3"], ["a", "2"], ["b", "1"]]


def test_the_command_prints_json_and_writes_a_page(tagged: Path, tmp_path: Path) -> None:
    """With examples and their sentences, escaped."""
    page = tmp_path / "report.html"
    run = _run(str(tagged), "--by", "date:month", "--json", "--html", str(page))
    found = json.loads(run.stdout)
    assert found["examples"]["disaster"][0]["sentences"] == ["An earthquake hit <the> coast."]
    text = page.read_text("utf-8")
    assert "An earthquake hit &lt;the&gt; coast." in text
    assert "<svg" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_a_table_of_tagged_articles_is_read_too(tagged: Path, tmp_path: Path) -> None:
    """As predict writes it."""
    table = str(tmp_path / "tagged.csv")
    source = str(tagged.with_name("feed.jsonl"))
    CliRunner().invoke(commands, ["predict", source, "-o", table])
    assert _run(table, "--csv").stdout == _run(str(tagged), "--csv").stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [('{"text": "a"}', "tag the file first"), ('{"text": "a", "topics": 3}', "not a list")],
)
def test_a_file_that_is_not_tagged_is_named(tmp_path: Path, line: str, words: str) -> None:
    """With its line."""
    (tmp_path / "a.jsonl").write_text(line)
    run = _run(str(tmp_path / "a.jsonl"))
    assert run.exit_code == 3
    assert f"a.jsonl:1: {words}" in run.stderr or words in run.stderr
