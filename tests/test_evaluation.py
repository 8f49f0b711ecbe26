"""Measuring a model: the numbers, their intervals, slices and the page."""

import json
import re
from base64 import b64decode
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner, Result
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from tests.conftest import HELD_OUT
from topicclf import TopicModel
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.evaluation.answers import Answers, answer, known_labels
from topicclf.evaluation.confusion import confuse
from topicclf.evaluation.evaluation import evaluate
from topicclf.evaluation.intervals import Bootstrap, wilson
from topicclf.evaluation.measures import Sample
from topicclf.evaluation.mistakes import worst_mistakes
from topicclf.evaluation.slices import MOST_SLICES, slices
from topicclf.labelled.fields import MISSING, field_values
from topicclf.labelled.reading import LabelledArticle, read_labelled
from topicclf.labelled.stories import name_stories
from topicclf.render.report import evaluation_page
from topicclf.render.tables import evaluation_table
from topicclf.render.wording import width


@pytest.fixture(scope="module")
def items() -> list[LabelledArticle]:
    """Our held-out articles."""
    return read_labelled(HELD_OUT)[0]


@pytest.fixture(scope="module")
def answers(shipped: TopicModel, items: list[LabelledArticle]) -> Answers:
    """What the shipped model says of them."""
    return answer(shipped, items)


def _answers(labels: list[list[int]], probability: list[list[float]]) -> Answers:
    topics = ("bread", "football", "wine")[: len(labels[0])]
    thresholds = np.full(len(topics), 0.5)
    return Answers(topics, np.array(labels, np.int8), np.array(probability), thresholds)


def _with_fields(**fields: Any) -> LabelledArticle:
    return LabelledArticle("text", "", frozenset(), frozenset(), fields, "x:1")


def _labelled(topics: list[str]) -> LabelledArticle:
    return LabelledArticle("text", "", frozenset(topics), frozenset(), {}, "x:1")


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["evaluate", *map(str, arguments)])


def _pictures(page: str) -> list[str]:
    return [b64decode(each).decode() for each in re.findall(r'svg\+xml;base64,([^"]+)"', page)]


def _write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_the_numbers_are_those_of_scikit_learn(answers: Answers) -> None:
    """Topic by topic, and over all of them."""
    found = evaluate(answers, bootstrap=Bootstrap(n_draws=0))
    yes, tagged = answers.labels == 1, answers.carried
    for column, topic in enumerate(found.topics.values()):
        own = yes[:, column], tagged[:, column]
        assert topic.precision.value == pytest.approx(precision_score(*own))
        assert topic.recall.value == pytest.approx(recall_score(*own))
        assert topic.f1.value == pytest.approx(f1_score(*own))
        average = average_precision_score(own[0], answers.probability[:, column])
        assert topic.average_precision.value == pytest.approx(average)
    assert found.micro_f1.value == pytest.approx(f1_score(yes, tagged, average="micro"))
    assert found.macro_f1.value == pytest.approx(f1_score(yes, tagged, average="macro"))
    assert found.exact_match.value == pytest.approx((yes == tagged).all(1).mean())
    assert found.false_tags.value == pytest.approx(tagged[~yes.any(1)].any(1).mean())


def test_equal_probabilities_pass_the_threshold_together() -> None:
    """Whatever the order of the articles, as in scikit-learn."""
    labels, probability = [[1], [0], [1], [0]], [[0.7], [0.7], [0.7], [0.1]]
    found = evaluate(_answers(labels, probability)).topics["bread"]
    assert found.average_precision.value == pytest.approx(2 / 3)


def test_draws_are_measured_as_scikit_learn_measures_weights(answers: Answers) -> None:
    """An article that is drawn twice counts twice, one that is not drawn not at all."""
    drawn = np.random.default_rng(0).integers(0, 3, (len(answers.labels), 4)).astype(np.float32)
    found = Sample(answers).drawn(drawn)
    for column in range(len(answers.topics)):
        yes, tagged = answers.labels[:, column] == 1, answers.carried[:, column]
        for draw, weight in enumerate(drawn.T):
            f1 = f1_score(yes, tagged, sample_weight=weight)
            average = average_precision_score(
                yes, answers.probability[:, column], sample_weight=weight
            )
            assert found.f1[draw, column] == pytest.approx(f1)
            assert found.average_precision[draw, column] == pytest.approx(average)


def test_unknown_cells_are_left_out() -> None:
    """They are neither right nor wrong, and such an article can't be matched exactly."""
    known = _answers([[1, 0], [0, 1], [0, 0]], [[0.9, 0.1], [0.8, 0.9], [0.1, 0.1]])
    partly = _answers([[1, 0], [-1, 1], [0, 0]], [[0.9, 0.1], [0.8, 0.9], [0.1, 0.1]])
    assert evaluate(known).topics["bread"].precision.value == 0.5
    found = evaluate(partly)
    assert found.topics["bread"].precision.value == 1.0
    assert (found.topics["bread"].unknown, found.topics["bread"].tagged) == (1, 1)
    assert found.exact_match.value == 1.0


def test_what_can_not_be_measured_is_nan_not_zero() -> None:
    """A topic that nobody carries has no recall, one that is never tagged no precision."""
    found = evaluate(_answers([[1, 0, 1], [0, 0, 0]], [[0.9, 0.1, 0.2], [0.1, 0.1, 0.1]]))
    football, wine = found.topics["football"], found.topics["wine"]
    assert np.isnan([football.recall.value, football.f1.value, football.f1.low]).all()
    assert np.isnan(wine.precision.value)
    assert wine.f1.value == 0
    assert football.calibration_error > 0
    nothing = evaluate(_answers([[1, -1], [0, -1]], [[0.9, 0.1], [0.1, 0.1]])).topics["football"]
    assert np.isnan(nothing.calibration_error)
    assert found.macro_f1.value == 0.5


def test_where_nothing_is_carried_there_is_no_f1_over_all_cells_either() -> None:
    """As there is none of a topic."""
    found = evaluate(_answers([[0, 0], [0, 0], [0, 0]], [[0.9, 0.1], [0.1, 0.1], [0.1, 0.2]]))
    assert np.isnan([found.micro_f1.value, found.micro_f1.low, found.micro_recall.value]).all()
    assert found.micro_precision.value == 0
    assert re.search(r"^micro-F1 +-$", evaluation_table(found), re.M)


def test_intervals_hold_the_value_and_grow_with_fewer_articles(answers: Answers) -> None:
    """The same seed gives the same interval."""
    many, few = evaluate(answers), evaluate(answers.of(np.arange(60)))
    for topic in many.topics.values():
        assert topic.f1.low <= topic.f1.value <= topic.f1.high
    assert few.macro_f1.high - few.macro_f1.low > many.macro_f1.high - many.macro_f1.low
    assert evaluate(answers) == many


@pytest.mark.slow
def test_intervals_have_the_coverage_that_they_state() -> None:
    """Of many samples, about nine in ten have the true share of false tags in their interval."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        tagged = (rng.random((100, 1)) < 0.3).astype(float)
        sample = _answers(np.zeros((100, 1), int).tolist(), tagged.tolist())
        found = evaluate(sample, bootstrap=Bootstrap(n_draws=200, level=0.9)).false_tags
        held += found.low <= 0.3 <= found.high
    assert 0.82 <= held / 200 <= 0.96


def test_articles_of_one_group_are_drawn_together() -> None:
    """A story told ten times is one story: the interval is wider than if it were ten."""
    rng = np.random.default_rng(0)
    tagged = np.repeat((rng.random(20) < 0.5).astype(float), 10)[:, None]
    sample = _answers(np.zeros((200, 1), int).tolist(), tagged.tolist())
    alone = evaluate(sample).false_tags
    together = evaluate(sample, groups=np.repeat(np.arange(20), 10)).false_tags
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_groups_may_have_any_names(answers: Answers) -> None:
    """Only which articles share one matters."""
    numbers = np.arange(len(answers.labels)) // 3
    named = np.array([f"story {number:04}" for number in numbers], object)
    found = evaluate(answers, groups=numbers)
    assert evaluate(answers, groups=7 * numbers - 5) == found
    assert evaluate(answers, groups=named) == found


def test_a_single_article_has_no_interval() -> None:
    """Nor has a single group: every draw would be the same, and look certain."""
    one = evaluate(_answers([[1, 0]], [[0.9, 0.1]]))
    assert one.macro_f1.value == 1
    assert np.isnan([one.macro_f1.low, one.topics["bread"].f1.high]).all()
    sample = _answers([[1], [0], [1]], [[0.9], [0.1], [0.2]])
    assert np.isnan(evaluate(sample, groups=np.zeros(3, np.int64)).macro_f1.low)


def test_few_right_answers_are_not_taken_for_certain() -> None:
    """No draw of five right answers holds a wrong one, and yet the sixth may be wrong."""
    found = evaluate(_answers([[1], [1], [1], [1], [1], [0]], [[0.9]] * 5 + [[0.1]]))
    topic = found.topics["bread"]
    # By Wilson's interval, n / (n + z squared) for n of n.
    low = 5 / (5 + 1.96**2)
    for estimate in (topic.precision, topic.recall):
        assert (estimate.value, estimate.high) == (1, 1)
        assert estimate.low == pytest.approx(low, abs=1e-4)
    assert topic.f1.low == pytest.approx(2 * low / (1 + low), abs=1e-4)
    assert found.micro_f1 == topic.f1
    assert found.micro_recall == topic.recall
    assert found.exact_match.low == pytest.approx(6 / (6 + 1.96**2), abs=1e-4)
    assert found.false_tags.high > 0.5


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (3, 7), (0, 40), (40, 40), (871, 1000)])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_the_interval_of_a_share_is_the_one_of_scipy(hits: int, n: int, level: float) -> None:
    """SciPy's own takes longer to import than an evaluation takes."""
    theirs = binomtest(hits, n).proportion_ci(level, method="wilson")
    assert wilson(hits, n, level=level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_a_rare_topic_that_a_draw_lacks_stays_in_the_mean() -> None:
    """Otherwise the interval would lie above the value: rare topics are the hard ones."""
    labels = np.zeros((40, 11), np.int8)
    labels[:, 0] = 1
    labels[np.arange(1, 11), np.arange(1, 11)] = 1
    names = tuple(map(str, range(11)))
    probability = np.zeros((40, 11))
    probability[:, 0] = 0.9
    found = evaluate(Answers(names, labels, probability, np.full(11, 0.5)))
    assert found.macro_f1.value == pytest.approx(1 / 11)
    assert found.macro_f1.high == pytest.approx(1 / 11)
    assert found.macro_average_precision.low <= found.macro_average_precision.value


def test_draws_are_told_as_they_are_made(answers: Answers) -> None:
    """Of all articles and of each slice."""
    drawn: list[int] = []
    first, second = np.split(np.arange(len(answers.labels)), [100])
    parts = {"half": {"first": first, "second": second}}
    evaluate(answers, slices=parts, bootstrap=Bootstrap(n_draws=150), on_drawn=drawn.append)
    assert sum(drawn) == 2 * 150 * len(answers.labels)
    assert len(drawn) > 3


def test_an_article_without_the_field_is_a_group_of_its_own() -> None:
    """What is not known to be one story is not drawn as one."""
    items = [_with_fields(story="a"), _with_fields(), _with_fields(story="a"), _with_fields()]
    found = name_stories(items, "story")
    assert found[0] == found[2]
    assert len(set(found)) == 3


def test_slices_are_by_value_or_by_part_of_a_date(items: list[LabelledArticle]) -> None:
    """What lacks the field is a slice of its own."""
    by_length = slices(items, "length")
    assert list(by_length) == ["long", "short"]
    assert sorted(np.concatenate(list(by_length.values()))) == list(range(len(items)))
    assert {items[row].fields["length"] for row in by_length["long"]} == {"long"}
    assert all(re.fullmatch(r"\d{4}-\d\d", month) for month in slices(items, "date:month"))
    assert field_values([_with_fields(date="2024-02-28"), _with_fields()], "date:day") == [
        "2024-02-28",
        MISSING,
    ]
    assert field_values([_with_fields(**{"dc:date": "2024"})], "dc:date") == ["2024"]


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2024-05-31T23:30:00+02:00", "2024-05-31"),
        ("2024/05/31", "2024-05-31"),
        ("2024/05/31 12:30", "2024-05-31"),
        ("Fri, 31 May 2024 12:00:00 +0200", "2024-05-31"),
        ("31 May 2024 12:00 GMT", "2024-05-31"),
    ],
)
def test_dates_are_read_as_files_and_feeds_write_them(date: str, day: str) -> None:
    """ISO dates, with slashes, and as in mail headers and RSS."""
    assert field_values([_with_fields(date=date)], "date:day") == [day]


def test_a_month_without_a_day_has_no_weekday() -> None:
    """Taken for the first, it would have a wrong one."""
    months = [_with_fields(date="2024-05"), _with_fields(date="2023/12")]
    assert field_values(months, "date:month") == ["2024-05", "2023-12"]
    assert field_values(months, "date:year") == ["2024", "2023"]
    with pytest.raises(DataError, match="no article's 'date' is a date"):
        field_values(months, "date:weekday")


def test_values_that_are_no_dates_are_told() -> None:
    """How many, and one of them; a field that is empty is only missing."""
    values = ["2024-02-30", "yesterday", "2024-02-28", "", None]
    dated = [_with_fields(date=value) for value in values]
    with pytest.warns(UserWarning, match="^2 values of 'date': not a date, such as '2024-02-30'$"):
        found = field_values(dated, "date:month")
    assert found == [MISSING, MISSING, "2024-02", MISSING, MISSING]


def test_fields_in_fields_are_found_by_their_path() -> None:
    """Unless a field has that very name."""
    nested = [_with_fields(meta={"site": {"name": "bbc"}}), _with_fields(meta="bbc")]
    assert field_values(nested, "meta.site.name") == ["bbc", MISSING]
    named = [_with_fields(**{"meta.site": "ap", "meta": {"site": "bbc"}})]
    assert field_values(named, "meta.site") == ["ap"]
    dated = [_with_fields(meta={"date": "2024-05-31"})]
    assert field_values(dated, "meta.date:month") == ["2024-05"]
    with pytest.raises(DataError, match=r"no article has a field 'meta.sites'"):
        field_values(nested, "meta.sites")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [None, True]}, '{"b": 1, "a": [null, true]}'),
        (["bbc", None, "ap", False], "bbc, ap, false"),
        (True, "true"),
        (0, "0"),
        ([None], MISSING),
        ([], MISSING),
        (" \t", MISSING),
        ("a\nb\x1b[2Jc\ud800", "a b [2Jc"),
    ],
)
def test_values_are_shown_in_one_line_as_json_spells_them(value: object, text: str) -> None:
    """Without signs that would make a row of their own, or give the terminal orders."""
    assert field_values([_with_fields(value=value)], "value") == [text]


def test_a_field_that_parts_all_articles_is_refused() -> None:
    """Its table would be as long as the data, and each article be measured apart."""
    items = [_with_fields(id=number) for number in range(MOST_SLICES + 1)]
    assert len(slices(items[:-1], "id")) == MOST_SLICES
    with pytest.raises(DataError, match=r"'id' has 1,001 values.*such as date:month"):
        slices(items, "id")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("lenght", "no article has a field 'lenght'; did you mean 'length'"),
        ("date:hour", "a date is sliced by year, month, day, weekday"),
        ("length:month", "no article's 'length' is a date"),
    ],
)
def test_a_field_that_nobody_has_is_refused(
    items: list[LabelledArticle], by: str, message: str
) -> None:
    """With the name that was meant."""
    with pytest.raises(DataError, match=message):
        field_values(items, by)


def test_confusion_tells_taken_for_from_missed_and_added() -> None:
    """Only what was missed and tagged in the same article is taken for something."""
    found = confuse(
        _answers(
            [[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, -1, 0]],
            [[0.1, 0.9, 0.1], [0.1, 0.1, 0.1], [0.1, 0.9, 0.9], [0.1, 0.9, 0.1]],
        )
    )
    assert found.taken_for.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert found.missed.tolist() == [1, 0, 0]
    assert found.added.tolist() == [0, 1, 0]


def test_the_worst_mistakes_come_with_their_evidence(
    shipped: TopicModel, items: list[LabelledArticle], answers: Answers
) -> None:
    """False tags and misses, those that are surest of themselves first."""
    found = worst_mistakes(shipped, items, answers, n=2)
    some = [mistake for mistakes in found.values() for mistake in mistakes]
    assert {mistake.carried for mistake in some} == {True, False}
    assert len(worst_mistakes(shipped, items, answers, n=0, n_topics=2)) == 2
    for topic, mistakes in found.items():
        threshold = shipped.thresholds[shipped.topics.index(topic)]
        for mistake in mistakes:
            assert mistake.carried == (topic in mistake.item.topics)
            assert mistake.carried == (mistake.probability < threshold)
            assert mistake.evidence.sentences[0].text in mistake.item.joined


def test_the_command_prints_a_table_with_slices() -> None:
    """One line for each topic and for each slice."""
    run = _run("shipped", HELD_OUT, "--by", "length", "--draws", "50")
    assert run.exit_code == 0, run.output
    for start in ("defence", "energy", "trade", "disaster", "macro-F1", "long", "short"):
        assert any(line.startswith(start) for line in run.stdout.splitlines())


def test_names_keep_the_columns_of_the_table() -> None:
    """Long ones are cut, wide letters take two columns, and a line end makes no row."""
    names = "a topic with a name that no column of a table can hold", "新聞", "a\nb\x1b[31m"
    labels, probability = np.eye(3, dtype=np.int8), np.full((3, 3), 0.9)
    parts = {"source\n": {f"{name} {name}": np.array([0, 1]) for name in names}}
    found = evaluate(Answers(names, labels, probability, np.full(3, 0.5)), slices=parts)
    topics, _, by_source = (block.split("\n") for block in evaluation_table(found).split("\n\n"))
    for rows in topics, by_source:
        assert len(rows) == 4
        assert len({width(row) for row in rows}) == 1
        assert rows[1].startswith("a topic with a name that no column of a…")
    assert "\x1b" not in evaluation_table(found)


@pytest.mark.slow
def test_the_level_is_named_with_all_its_digits(tmp_path: Path) -> None:
    """99.5 % are not all."""
    run = _run("shipped", HELD_OUT, "--draws", "20", "--level", "0.995", "--html",
               tmp_path / "r.html")  # fmt: skip
    assert "99.5% interval" in run.stdout
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "In brackets: 99.5% bootstrap intervals" in page
    assert "F1, 99.5% interval" in _pictures(page)[0]


@pytest.mark.parametrize("option", [("--seed", "-1"), ("--level", "nan"), ("--level", "1")])
def test_numbers_that_make_no_sense_are_refused(option: tuple[str, str]) -> None:
    """As any other mistake on the command line."""
    run = _run("shipped", HELD_OUT, *option)
    assert run.exit_code == 2
    assert f"Invalid value for '{option[0]}'" in run.stderr


def test_values_that_are_no_dates_are_told_on_the_command_line(tmp_path: Path) -> None:
    """On standard error, beside the table."""
    article = {"text": "The navy ordered two frigates.", "topics": ["defence"]}
    data = _write(tmp_path / "my.jsonl", {**article, "date": "soon"},
                  {**article, "date": "2024-05"})  # fmt: skip
    run = _run("shipped", data, "--by", "date:month", "--draws", "0")
    assert run.exit_code == 0, run.output
    assert "1 value of 'date': not a date, such as 'soon'\n" in run.stderr
    assert "2024-05" in run.stdout


@pytest.mark.slow
def test_lone_surrogates_stop_nothing(tmp_path: Path) -> None:
    """JSON's escapes can say what no file of UTF-8 can hold."""
    article = {"text": "Two frigates \ud800.", "title": "Navy \udfff", "topics": ["trade"]}
    data = _write(tmp_path / "my.jsonl", {**article, "source": "a\ud800"}, article)
    page = tmp_path / "r.html"
    run = _run("shipped", data, "--by", "source", "--draws", "5", "--html", page)
    assert run.exit_code == 0, run.output
    assert "wrote" in run.stderr
    assert "Two frigates ?." in page.read_text("utf-8")
    run = _run("shipped", data, "--by", "source", "--draws", "5", "--json")
    assert list(json.loads(run.stdout)["slices"]["source"]) == [MISSING, "a"]


def test_the_command_prints_json(answers: Answers) -> None:
    """The same numbers, and null where there is none."""
    run = _run("shipped", HELD_OUT, "--json", "--draws", "0")
    found = json.loads(run.stdout)
    assert found["macro_f1"]["value"] == evaluate(answers).macro_f1.value
    assert found["macro_f1"]["low"] is None


@pytest.mark.slow
def test_the_page_stands_alone(tmp_path: Path) -> None:
    """Pictures and text are in the one file, evidence is marked, and markup in texts is shown."""
    lines = [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]
    wrong = {"text": "<b>The navy ordered two frigates.</b>", "topics": ["trade"]}
    data = _write(tmp_path / "my.jsonl", *lines, wrong)
    run = _run("shipped", data, "--html", tmp_path / "r.html", "--by", "length", "--draws", "50")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "r.html").read_text("utf-8")
    # Two of intervals, one of confusion, and one for each topic.
    assert len(_pictures(page)) == 7
    for picture in _pictures(page):
        # Each colour has another one in the dark, but for what is written on cells.
        dark = picture.partition("prefers-color-scheme: dark")[2].partition("</style>")[0]
        colours = set(re.findall(r"(?:fill|stroke): (#\w+)", picture.replace(dark, "")))
        assert "#ffffff" in colours
        assert all(f": {colour}'" in dark for colour in colours - {"#fafafa"}), colours
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "<mark" in page
    assert "&lt;b&gt;The" in page
    assert "<b>The navy ordered" not in page


@pytest.mark.slow
def test_the_page_takes_names_in_any_script_and_with_any_signs(tmp_path: Path) -> None:
    """A dollar sign starts no formula, and no font has to know the letters."""
    article = {"text": "The navy ordered two frigates.", "topics": ["defence"]}
    sources = ["a$b_$c^{", "新聞", "<b>&"]
    data = _write(tmp_path / "my.jsonl", *({**article, "source": each} for each in sources))
    run = _run("shipped", data, "--html", tmp_path / "r.html", "--by", "source", "--draws", "20")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "r.html").read_text("utf-8")
    by_source = next(each for each in _pictures(page) if "macro-F1 by source" in each)
    for name in sources:
        assert escape(name) in page
        assert escape(name) in by_source


def test_the_page_shortens_long_names_and_has_room_for_them() -> None:
    """Matplotlib would warn if it had not, and the tests take warnings for errors."""
    names = [
        "international trade policy and customs tariffs",
        "W" * 60,
        "新聞" * 30,
        "a\x1b\n\ud800",
    ]
    labels = np.tile(np.eye(4, dtype=np.int8), (5, 1))
    probability = np.linspace(0, 1, labels.size).reshape(labels.shape)
    answers = Answers(tuple(names), labels, probability, np.full(4, 0.5))
    parts = {"source": {"a source whose name is as long as that": np.arange(10)}}
    found = evaluate(answers, slices=parts, bootstrap=Bootstrap(n_draws=20))
    pictures = _pictures(evaluation_page(found, answers, {names[3]: []}, title="long"))
    assert len(pictures) == 4
    for picture in pictures:
        ElementTree.fromstring(picture)
    assert "international trade policy an…" in pictures[0]
    assert "a source whose name is as lon…" in pictures[1]
    assert "international trade policy an…" in pictures[2]


@pytest.mark.slow
def test_pictures_can_be_scrolled_where_the_screen_is_narrow(tmp_path: Path) -> None:
    """Shrunk to a telephone's width, their letters could not be read."""
    run = _run("shipped", HELD_OUT, "--html", tmp_path / "r.html", "--draws", "0")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "r.html").read_text("utf-8")
    images = re.findall(r'<div class="wide"><img [^>]*min-width:(\d+)px', page)
    assert len(images) == page.count("<img ") == 6
    assert max(map(int, images)) > 700


@pytest.mark.slow
def test_without_draws_the_page_speaks_of_no_intervals(tmp_path: Path) -> None:
    """Neither in its text nor in its pictures."""
    run = _run("shipped", HELD_OUT, "--html", tmp_path / "r.html", "--draws", "0")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "In brackets" not in page
    assert "95% interval" not in _pictures(page)[0]


@pytest.mark.slow
def test_the_page_tells_none_from_unknown(tmp_path: Path) -> None:
    """Where a label is unknown, the article may carry the topic."""
    text = "The navy ordered two frigates and a submarine."
    energy, trade = {"unknown": ["energy"]}, {"topics": ["trade"]}
    data = _write(tmp_path / "my.jsonl", *(
        {"text": text, "topics": [], **more} for more in ({}, energy, {**energy, **trade})
    ))  # fmt: skip
    run = _run("shipped", data, "--html", tmp_path / "r.html", "--draws", "0")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "my.jsonl:1 · labelled none · defence" in page
    assert "my.jsonl:2 · unknown: &#x27;energy&#x27; · defence" in page
    assert "my.jsonl:3 · labelled &#x27;trade&#x27;; unknown: &#x27;energy&#x27; · defence" in page


@pytest.mark.slow
def test_a_page_that_can_not_be_written_takes_no_numbers_along(tmp_path: Path) -> None:
    """What took long to measure is on standard output before."""
    run = _run("shipped", HELD_OUT, "--html", tmp_path / ("r" * 300), "--draws", "0")
    assert run.exit_code == 3
    assert "macro-F1" in run.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_of_many_topics_the_page_shows_those_with_most_mistakes(tmp_path: Path) -> None:
    """And says so; slices show those with most articles."""
    names = [f"topic {number}" for number in range(50)]
    labels = [[names[row % 50]] for row in range(150)]
    answers = Answers(
        tuple(names),
        known_labels([_labelled(each) for each in labels], names),
        np.tile(np.linspace(0.1, 0.9, 150)[:, None], (1, 50)),
        np.full(50, 0.85),
    )
    half = np.arange(75)
    found = evaluate(answers, slices={"half": {"first": half}}, bootstrap=Bootstrap(n_draws=0))
    page = evaluation_page(found, answers, {names[0]: []}, title="many")
    assert "Below: the topic with most mistakes" in page
    assert "Below: the 40 topics with the lowest F1" in page
    assert "Only the 20 topics with most mistakes" in page
    assert page.count("<h2>topic") == 1
    header = next(line for line in evaluation_table(found).splitlines() if line.startswith("half"))
    assert header.count("topic") == 12


def test_the_page_takes_topics_without_articles(tmp_path: Path) -> None:
    """And says that they can't be measured."""
    data = _write(tmp_path / "my.jsonl", {"text": "The navy ordered two frigates.", "topics": []})
    run = _run("shipped", data, "--html", tmp_path / "r.html", "--draws", "20")
    assert run.exit_code == 0, run.output
    assert "no article carries 'defence', 'energy', 'trade', 'disaster'" in run.stderr
    # No picture of F1, as there is none: one of confusion, and one for each topic.
    assert len(_pictures((tmp_path / "r.html").read_text("utf-8"))) == 5


def test_topics_that_the_model_lacks_are_refused_or_passed_over(tmp_path: Path) -> None:
    """With file and line, and the way out."""
    data = _write(
        tmp_path / "my.jsonl",
        {"text": "The navy ordered two frigates.", "topics": ["defence"]},
        {"text": "The striker scored.", "topics": ["football"]},
    )
    run = _run("shipped", data)
    assert run.exit_code == 3
    assert "my.jsonl:2: the model knows no topic 'football'; it knows 'defence'" in run.stderr
    assert "--topics" in run.stderr
    run = _run("shipped", data, "--topics", "defence", "--json", "--draws", "0")
    assert list(json.loads(run.stdout)["topics"]) == ["defence"]
    run = _run("shipped", data, "--topics", "football")
    assert run.exit_code == 3
    assert "the model knows no topic 'football'" in run.stderr
    run = _run("shipped", data, "--topics", "defense")
    assert "did you mean 'defence'?" in run.stderr


def test_topics_are_named_once_with_or_without_spaces(tmp_path: Path) -> None:
    """However people part them."""
    data = _write(tmp_path / "my.jsonl", {"text": "Two frigates.", "topics": ["defence"]})
    run = _run("shipped", data, "--topics", "defence, trade,defence,", "--json", "--draws", "0")
    assert run.exit_code == 0, run.output
    assert list(json.loads(run.stdout)["topics"]) == ["defence", "trade"]


def test_topics_without_a_column_are_unknown(tmp_path: Path) -> None:
    """A table about defence says nothing of energy: tags there are neither right nor wrong."""
    data = tmp_path / "my.csv"
    oil = "Oil prices rose as OPEC cut its output of crude."
    data.write_text(f"text,defence\nThe navy ordered two frigates.,1\n{oil},0\n", "utf-8")
    run = _run("shipped", data, "--json", "--draws", "0")
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    energy = found["topics"]["energy"]
    assert (energy["negatives"], energy["unknown"], energy["tagged"]) == (0, 2, 0)
    assert found["false_tags"]["value"] is None
    assert found["topics"]["defence"]["f1"]["value"] == 1


def test_a_page_in_a_folder_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    """Before anything is read, and nothing is made."""
    run = _run("shipped", HELD_OUT, "--html", tmp_path / "no" / "r.html")
    assert run.exit_code == 3
    assert "no such folder" in run.stderr
    assert not (tmp_path / "no").exists()


def test_labels_in_columns_are_read(tmp_path: Path) -> None:
    """As training reads them, an empty cell being unknown."""
    data = tmp_path / "my.csv"
    data.write_text(
        "body,defence,trade\nThe navy ordered two frigates.,1,\nHaydn on Sunday.,0,0\n", "utf-8"
    )
    run = _run("shipped", data, "--text-field", "body", "--topic-columns", "defence,trade",
               "--topics", "defence,trade", "--json", "--draws", "0")  # fmt: skip
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)["topics"]
    assert found["defence"]["positives"] == found["defence"]["tagged"] == 1
    assert (found["trade"]["negatives"], found["trade"]["unknown"]) == (1, 1)


def test_without_matplotlib_the_page_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is measured."""
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "topicclf.render.report", raising=False)
    run = _run("shipped", HELD_OUT, "--html", tmp_path / "r.html")
    assert run.exit_code == 3
    assert "pip install matplotlib;" in run.stderr


def test_a_weight_is_refused_where_articles_count_alike() -> None:
    """Rather than passed over in silence."""
    run = _run("shipped", f"{HELD_OUT}:30")
    assert run.exit_code == 3
    assert "in a measurement articles count alike" in run.stderr


def test_bad_lines_are_refused_or_left_out(tmp_path: Path) -> None:
    """By file and line either way."""
    data = _write(tmp_path / "my.jsonl", {"text": "Two frigates.", "topics": ["defence"]})
    data.write_text(data.read_text("utf-8") * 2 + "{oops\n", "utf-8")
    run = _run("shipped", data)
    assert run.exit_code == 3
    assert "my.jsonl:3: not JSON" in run.stderr
    assert "(--skip-bad leaves them out)" in run.stderr
    run = _run("shipped", data, "--skip-bad", "--json", "--draws", "0")
    assert run.exit_code == 0, run.output
    assert "left out: " in run.stderr
    assert json.loads(run.stdout)["n_articles"] == 2
