"""Choosing the articles that are worth labelling next."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from tests.conftest import HELD_OUT, LABELS, TEXTS
from topicclf import TopicClassifier, TopicModel
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.evaluation.answers import log_odds
from topicclf.labelled.reading import read_labelled
from topicclf.labelled.schemes import LabelOptions
from topicclf.labelling.near_duplicates import feature_matrix
from topicclf.labelling.suggest import suggest
from topicclf.records import ReadOptions
from topicclf.text.article import Item


def _write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["suggest", *map(str, arguments)])


def test_uncertain_articles_are_preferred(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Three in four are nearer to a threshold than most are; every fourth is any article."""
    found = suggest(shipped, articles, n=40)
    margin = np.abs(log_odds(shipped.predict_proba(articles)) - log_odds(shipped.thresholds)).min(1)
    uncertain = [one.number for one in found if one.drawn == "uncertain"]
    assert len({one.number for one in found}) == 40
    assert np.median(margin[uncertain]) < np.median(margin) / 2
    assert len(uncertain) == 30
    assert found[3].drawn == "random"
    assert all(articles[one.number] is one.item for one in found)


def test_they_are_spread_over_the_topics(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """None is left out."""
    assert {one.topic for one in suggest(shipped, articles, n=40)} == set(shipped.topics)


def test_the_same_is_not_chosen_twice(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Neither what stands in the pool twice nor what has a label already."""
    best = suggest(shipped, articles, n=5)
    near = [{"text": f"{item['text']} Updated.", "title": item["title"]} for item in articles]
    twice = suggest(shipped, [*articles, *near], n=60)
    numbers = [one.number % len(articles) for one in twice]
    assert len(set(numbers)) == len(numbers)
    rest = suggest(shipped, articles, n=5, labelled=[near[best[0].number]])
    assert best[0].number not in [one.number for one in rest]


def test_texts_that_say_nothing_are_passed_over(shipped: TopicModel) -> None:
    """Empty ones, and those in another script; then there are fewer than were asked for."""
    found = suggest(shipped, ["", "海軍は護衛艦を発注した。", "Oil and arms exports rose."], n=3)
    assert [one.number for one in found] == [2]
    assert suggest(shipped, ["Oil and arms exports rose."], n=0) == []


def test_the_pool_is_read_once(shipped: TopicModel, articles: list[dict[str, object]]) -> None:
    """Any iterable will do."""
    by_list = suggest(shipped, articles, n=7)
    assert suggest(shipped, iter(articles), n=7) == by_list


def test_suggestions_come_back_as_training_data(tmp_path: Path) -> None:
    """Once their topics are filled in; until then they are refused, with the line."""
    out = tmp_path / "next.jsonl"
    run = _run("shipped", HELD_OUT, "-n", "3", "--out", out)
    assert run.exit_code == 0, run.output
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["topics"] for line in lines] == [None] * 3
    assert all(line["id"].startswith("own-") for line in lines)
    assert set(lines[0]["suggested"]["probabilities"]) == {"defence", "energy", "trade", "disaster"}
    with pytest.raises(DataError, match=r"next\.jsonl:1: 'topics' is not filled in"):
        read_labelled(out)
    filled = _write(out, [{**line, "topics": ["trade"]} for line in lines])
    assert [item.topics for item in read_labelled(filled)[0]] == [{"trade"}] * 3


def test_what_the_record_said_of_topics_does_not_come_along(tmp_path: Path) -> None:
    """Neither under other capitals nor as unknown; the options that name fields hold here, too."""
    record = {
        "Topics": "news",
        "unknown": ["trade"],
        "Title": "A",
        "story": "Oil and arms exports rose.",
        "Tags": "",
    }
    pool = _write(tmp_path / "pool.jsonl", [record])
    options = ["--text-field", "story", "--topics-field", "Tags"]
    for given, name in (([*options[:2]], "topics"), (options, "Tags")):
        line = json.loads(_run("shipped", pool, *given).stdout)
        assert (line[name], line["unknown"]) == (None, [])
        line[name] = ["trade"]
        filled = _write(tmp_path / "next.jsonl", [line])
        read = LabelOptions(
            topics_field=name if name == "Tags" else None, read=ReadOptions(text_field="story")
        )
        [item] = read_labelled(filled, options=read)[0]
        assert (set(item.topics), set(item.unknown)) == ({"trade"}, set())
        assert (item.text, item.title) == (record["story"], "A")


def test_a_pool_of_any_format_comes_back_as_json_lines(tmp_path: Path) -> None:
    """Dates become text, and what is no Unicode becomes JSON's own escapes."""
    texts = ["Oil and arms exports rose.", "The navy ordered frigates."]
    table = {"text": texts, "when": [datetime(2024, 5, 31)] * 2, "topics": [None, ["x"]]}
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "pool.parquet")
    (tmp_path / "pool.csv").write_text("text\n" + "\n".join(texts) + "\n", "utf-8")
    (tmp_path / "pool.jsonl").write_text(
        "".join(json.dumps({"text": f"{text} \ud83d"}) + "\n\n" for text in texts), "utf-8"
    )
    (tmp_path / "folder").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "folder" / f"{number}.txt").write_text(text, "utf-8")
    for pool in ("pool.parquet", "pool.csv", "pool.jsonl", "folder"):
        run = _run("shipped", tmp_path / pool)
        assert run.exit_code == 0, run.output
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        assert sorted(line["text"].rstrip(" \ud83d") for line in lines) == sorted(texts)
        assert all(line["topics"] is None for line in lines)


def test_it_says_when_there_are_fewer_than_were_asked_for(tmp_path: Path) -> None:
    """And that a pool without any article is a mistake."""
    pool = _write(tmp_path / "pool.jsonl", [{"text": "Oil and arms exports rose."}, {"text": ""}])
    run = _run("shipped", pool, "-n", "3")
    assert run.exit_code == 0
    assert "chose 1 of 2 articles, not 3: the others are near duplicates" in run.stderr
    run = _run("shipped", _write(pool, []))
    assert run.exit_code == 3
    assert "no article in" in run.stderr
    run = _run("shipped", _write(pool, [{"words": "x"}]))
    assert run.exit_code == 3
    assert "pool.jsonl:1: no field is called 'text'" in run.stderr


def test_what_is_being_labelled_is_not_chosen_again(tmp_path: Path) -> None:
    """An earlier choice counts as labelled before its topics are filled in."""
    first = tmp_path / "first.jsonl"
    assert _run("shipped", HELD_OUT, "-n", "5", "--out", first).exit_code == 0
    run = _run("shipped", HELD_OUT, "-n", "5", "--labelled", first)
    assert run.exit_code == 0, run.output
    ids = [
        {json.loads(line)["id"] for line in text.splitlines()}
        for text in (first.read_text("utf-8"), run.stdout)
    ]
    assert len(ids[0] | ids[1]) == 10


def test_a_model_of_ones_own_and_its_data(tmp_path: Path) -> None:
    """What it was trained on is not suggested again."""
    TopicClassifier().fit(TEXTS, LABELS).model_.save(tmp_path / "model")
    labelled = [
        {"text": text, "topics": sorted(topics)} for text, topics in zip(TEXTS, LABELS, strict=True)
    ]
    known = _write(tmp_path / "my.jsonl", labelled)
    new = {"body": "x", "text": "Soldiers dig after floods brought down a bridge."}
    pool = _write(tmp_path / "pool.jsonl", [*({"text": text} for text in TEXTS), new])
    run = _run(tmp_path / "model", pool, "--labelled", known)
    assert run.exit_code == 0, run.output
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["text"] for line in found] == [new["text"]]


def test_records_that_can_not_be_used_are_named(tmp_path: Path) -> None:
    """The others are answered all the same; the status tells, unless they may be left out."""
    pool = tmp_path / "pool.jsonl"
    pool.write_text('{"text": "Oil and arms exports rose."}\n' + "{broken\n" * 12, "utf-8")
    known = tmp_path / "known.jsonl"
    known.write_text("[1]\n", "utf-8")
    for options, status in (([], 1), (["--skip-bad"], 0)):
        run = _run("shipped", pool, "--labelled", known, *options)
        assert run.exit_code == status
        assert len(run.stdout.splitlines()) == 1
        assert "13 of 14 records can't be used:" in run.stderr
        for place in ("known.jsonl:1", *(f"pool.jsonl:{line}" for line in range(2, 11))):
            assert f"{place}: " in run.stderr
        assert "... and 3 more" in run.stderr
    assert _run("shipped", tmp_path / "missing.jsonl").exit_code == 3


def test_a_folder_that_is_not_there_is_told_before_the_pool_is_read(tmp_path: Path) -> None:
    """And not made: it may be a slip of the pen."""
    run = _run("shipped", tmp_path / "missing.jsonl", "--out", tmp_path / "nope" / "next.jsonl")
    assert run.exit_code == 3
    assert f"no such folder: {tmp_path / 'nope'}" in run.stderr
    assert not (tmp_path / "nope").exists()


@pytest.mark.slow
def test_rounds_go_on_until_the_pool_is_empty(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Each finds new articles, as many as were asked for while there are so many."""
    labelled: list[Item] = []
    sizes = []
    while found := suggest(shipped, articles, n=40, labelled=labelled):
        sizes.append(len(found))
        labelled += [one.item for one in found]
    assert sizes == [40] * 6 + [16]
    assert sorted(map(id, labelled)) == sorted(map(id, articles))


def test_copies_do_not_crowd_out_what_is_left(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Not even of the most uncertain article, whether word for word or nearly so."""
    [best] = suggest(shipped, articles, n=1)
    first = articles[best.number]
    copies = [{**first, "text": f"{first['text']} {'Xyz. ' * n}"} for n in range(200)] * 2
    for pool in ([*copies, *articles], [*articles, *copies]):
        found = suggest(shipped, pool, n=100)
        assert len(found) == 100
        assert sum(one.item in copies for one in found) <= 1


def test_nearly_the_same_means_a_cosine_of_nine_tenths(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """No two that are chosen are so near, and of the others each is so near to one of the pool."""
    words = [str(item["text"]).split() for item in articles[:80]]
    pool: list[Item] = [" ".join(w[: len(w) * part // 20]) for part in range(11, 21) for w in words]
    chosen = [one.number for one in suggest(shipped, pool, n=len(pool))]
    features = feature_matrix(pool, shipped.weights.vocabulary)
    near = (features @ features.T).toarray() >= 0.9
    np.fill_diagonal(near, val=False)
    assert 80 < len(chosen) < 500
    assert not near[np.ix_(chosen, chosen)].any()
    assert near[np.setdiff1d(np.arange(len(pool)), chosen)].any(1).all()


def test_many_copies_do_not_make_an_article_more_likely(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """The same articles come out in the same order as from a pool without any."""
    once = suggest(shipped, articles, n=30)
    often = suggest(shipped, [*articles, *articles[:50] * 20], n=30)
    assert [one.item for one in often] == [one.item for one in once]


@pytest.mark.slow
def test_a_pool_in_parts_is_drawn_from_as_a_whole(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """The order does not matter, nor where the stream is cut."""
    filler = [{"text": f"A quiet day in parish {n}, with tea."} for n in range(1500)]
    pools: list[list[Item]] = [[*articles, *filler], [*filler, *reversed(articles)]]
    chosen = [{str(one.item) for one in suggest(shipped, pool, n=30)} for pool in pools]
    assert len(chosen[0]) == 30
    assert len(chosen[0] & chosen[1]) >= 28
