"""The command ``topicclf train``, and ``topicclf.train``."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import topicclf
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.labelled.reading import Source, read_labelled, read_source
from topicclf.labelled.stories import NEAR_DUPLICATES, name_stories
from topicclf.training.run import Plan, fit, prepare

KINDS = [
    ("The club signed a striker and a goalkeeper", ["football"]),
    ("The bakery opens with rye and sourdough loaves", ["bread"]),
    ("The club eats sourdough loaves after the match", ["bread", "football"]),
    ("Rain is expected in the north", []),
]
LINES = [
    {"text": f"{text} {number}", "topics": topics, "date": f"2024-01-{number + 1:02}"}
    for number in range(20)
    for text, topics in KINDS
]


def _write(path: Path, lines: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A file of labelled articles."""
    return _write(tmp_path / "my.jsonl", LINES)


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["train", *map(str, arguments)])


def test_topics_that_are_not_asked_for_are_passed_over(data: Path, tmp_path: Path) -> None:
    """Their articles stay, as articles without them; a name that never occurs is refused."""
    run = _run(data, "--topics", "bread, ", "--out", tmp_path / "model")
    assert run.exit_code == 0, run.output
    assert "80 articles, 1 topic; 40 without a topic" in run.stderr
    assert "not learnt: football" in run.stderr
    assert topicclf.load(tmp_path / "model").topics == ("bread",)
    run = _run(data, "--topics", "bread,wine", "--out", tmp_path / "model")
    assert run.exit_code == 3
    assert "no article has a label for 'wine'; there are 'bread', 'football'" in run.stderr


def test_it_says_what_it_understood_and_writes_model_and_card(data: Path, tmp_path: Path) -> None:
    """Before it learns, on standard error; numbers and places after it, on standard output."""
    run = _run(data, "--out", tmp_path / "model")
    assert run.exit_code == 0, run.output
    assert "80 articles, 2 topics; 20 without a topic, 20 with several;" in run.stderr
    assert "wrote" in run.stdout
    model = topicclf.load(tmp_path / "model")
    assert model.predict("The striker and the goalkeeper").topics == ("football",)
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "| my.jsonl | topics in 'topics' | not stated | 80 | 1 |" in card
    assert "`topicclf train my.jsonl`" in card
    assert "| football | 40 | 40 |" in card


def test_the_card_names_the_language_of_the_data(data: Path, tmp_path: Path) -> None:
    """If enough of its function words are known, and no other language."""
    assert _run(data, "--out", tmp_path / "short").exit_code == 0
    assert "language:" not in (tmp_path / "short" / "README.md").read_text("utf-8")
    listed = Path(topicclf.__file__).parent / "text" / "function_words.txt"
    german = next(
        line[3:] for line in listed.read_text("utf-8").splitlines() if line.startswith("de ")
    )
    lines = [{**line, "text": f"{line['text']} {german}"} for line in LINES]
    run = _run(_write(tmp_path / "de.jsonl", lines), "--out", tmp_path / "model")
    assert run.exit_code == 0, run.output
    assert "warning: the articles are in de, but words are stemmed" in run.stdout
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "\nlanguage: [de]\n" in card
    assert "English news" not in card


def test_names_that_are_put_together_of_others_are_asked_about(tmp_path: Path) -> None:
    """Of a name that is nowhere else, nothing says so."""
    lines = [{"text": f"A note {n}", "topics": ["AC/DC", "gas/oil", "oil"]} for n in range(3)]
    run = _run(_write(tmp_path / "my.jsonl", lines), "--dry-run")
    assert "does 'gas/oil' mean several topics? --separator / parts them" in run.stderr
    assert "'AC/DC' mean" not in run.stderr


def test_a_dry_run_only_says_what_the_data_holds(tmp_path: Path) -> None:
    """Duplicates, unknown labels, very rare topics and names that differ in capitals."""
    lines = [*LINES, LINES[0], {"text": "A note", "topics": ["Bread"], "unknown": ["football"]}]
    run = _run(_write(tmp_path / "my.jsonl", lines), "--dry-run")
    assert run.exit_code == 0
    assert "left out: 1 duplicate, 0 with" in run.stderr
    assert "; 1 unknown label\n" in run.stderr
    assert "very rare, fewer than 10 articles: Bread" in run.stderr
    assert "the same but for capitals or the like: Bread, bread" in run.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my.jsonl"]


def test_several_files_with_weights_make_one_model(data: Path, tmp_path: Path) -> None:
    """A correction that weighs more wins over what it corrects; a column's absence is no 'no'."""
    fixed = _write(tmp_path / "fixed.jsonl", [{**LINES[3], "topics": ["bread"]}])
    table = tmp_path / "table.csv"
    table.write_text("text,football\nA goal in the last minute,1\nThe dam holds,0\n", "utf-8")
    run = _run(data, f"{fixed}:30", table, "--dry-run")
    assert run.exit_code == 0, run.output
    assert "fixed.jsonl: 1 article, weight 30" in run.stderr
    assert "82 articles, 2 topics" in run.stderr
    assert "2 unknown labels" in run.stderr
    assert "bread         41" in run.stderr


def test_the_same_data_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    """Card included, whatever the number of processes."""
    for name, jobs in (("a", "1"), ("b", "2")):
        run = _run(data, "--out", tmp_path / name, "--jobs", jobs, "--test", "0.2")
        assert run.exit_code == 0, run.output
    for name in ("model.npz", "README.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_is_held_out_is_measured_and_not_learnt(data: Path, tmp_path: Path) -> None:
    """Every topic in its share; the numbers stand in the card."""
    run = _run(data, "--out", tmp_path / "model", "--test", "0.25")
    assert run.exit_code == 0, run.output
    assert "held out: 20 articles" in run.stderr
    assert "60 articles" in run.stderr
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "## Measured on articles held out" in card
    assert "macro-F1" in card


def test_the_newest_are_held_out_by_their_date(data: Path) -> None:
    """And a story goes by its newest article."""
    reading = read_source(Source(data))
    prepared = prepare([reading], Plan(time="date", test=0.1))
    assert prepared.held is not None
    assert {text.rpartition(" ")[2] for text in prepared.held.texts} == {"18", "19"}
    assert "2024-01-19 to 2024-01-20" in prepared.about
    by_story = [{**line, "story": n % 4} for n, line in enumerate(LINES)]
    reading = read_source(Source(_write(data, by_story)))
    with pytest.raises(DataError, match="too few stories"):
        prepare([reading], Plan(time="date", group="story"))
    reading = read_source(
        Source(_write(data, [*LINES, {"text": "x", "topics": [], "date": "May"}]))
    )
    with pytest.raises(DataError, match=r"my\.jsonl:81: 'date' is 'May', not a date"):
        prepare([reading], Plan(time="date"))


def test_a_story_never_stands_on_both_sides(tmp_path: Path) -> None:
    """Neither by a field, nor with the same words in other capitals."""
    body = "The council of the town voted on Tuesday to close the old bridge for repairs until May"
    lines = [
        {"text": f"{kind}, {body} and so on {n}", "topics": topics, "story": str(n)}
        for n in range(30)
        for kind, topics in KINDS[:1] + KINDS[3:]
    ]
    items, _ = read_labelled(_write(tmp_path / "my.jsonl", lines))
    assert len(set(name_stories(items, "story"))) == 30
    reading = read_source(Source(tmp_path / "my.jsonl"))
    prepared = prepare([reading], Plan(group="story", test=0.2))
    assert prepared.held is not None
    assert not set(prepared.data.stories or ()) & set(prepared.held.stories or ())
    assert len(prepared.held.texts) == 12


def test_articles_without_the_field_of_the_story_stand_alone(tmp_path: Path) -> None:
    """Otherwise all corrections, say, would be one story."""
    named = [{"text": f"Text {n}", "topics": [], "story": str(n // 2)} for n in range(4)]
    lines = [*named, *({"text": f"Text {n}", "topics": []} for n in range(4, 9))]
    items, _ = read_labelled(_write(tmp_path / "my.jsonl", lines))
    assert len(set(name_stories(items, "story"))) == 2 + 5


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.4, 0.5, 0.7, 0.9])
def test_the_share_that_is_held_out_is_the_one_that_was_asked_for(data: Path, share: float) -> None:
    """And every topic has its share of it."""
    prepared = prepare([read_source(Source(data))], Plan(test=share))
    assert prepared.held is not None
    assert len(prepared.held.texts) == round(share * 80)
    assert (prepared.held.labels == 1).mean(0) == pytest.approx([0.5, 0.5], abs=0.13)


def test_the_same_words_never_stand_on_both_sides(tmp_path: Path) -> None:
    """Whatever the stories are named."""
    twins = [
        {**line, "text": shown, "story": f"{n} {shown}"}
        for n, line in enumerate(LINES)
        for shown in (line["text"], f"{line['text']}!".upper())
    ]
    reading = read_source(Source(_write(tmp_path / "my.jsonl", twins)))
    for group in (None, "story"):
        prepared = prepare([reading], Plan(group=group, test=0.2))
        assert prepared.held is not None
        learnt, held = (
            {text.lower().rstrip("!") for text in side.texts}
            for side in (prepared.data, prepared.held)
        )
        assert not learnt & held
        assert len(prepared.held.texts) == 32


def test_all_articles_with_a_topic_are_never_held_out(tmp_path: Path) -> None:
    """Nothing would be left to learn it from."""
    lines = [*LINES, {"text": "A walrus on the beach", "topics": ["walrus"]}]
    reading = read_source(Source(_write(tmp_path / "my.jsonl", lines)))
    for seed in range(6):
        prepared = prepare([reading], Plan(test=0.3, settings={"random_state": seed}))
        assert "A walrus on the beach" in prepared.data.texts


def test_a_topic_of_the_newest_articles_alone_is_not_learnt(tmp_path: Path) -> None:
    """And that is told."""
    lines = [*LINES, {"text": "A walrus on the beach", "topics": ["walrus"], "date": "2025-01-01"}]
    run = _run(_write(tmp_path / "my.jsonl", lines), "--time", "date", "--dry-run")
    assert run.exit_code == 0, run.output
    assert "not learnt: walrus" in run.stderr
    assert "21% of all: 2024-01-17 to 2025-01-01" in run.stderr


def test_articles_without_a_date_are_named_all_at_once(data: Path, tmp_path: Path) -> None:
    """And left out if that is asked for."""
    lines = [*LINES, {"text": "No date", "topics": []}, {"text": "No", "topics": [], "date": "May"}]
    reading = read_source(Source(_write(tmp_path / "some.jsonl", lines)))
    with pytest.raises(DataError, match=r"(?s)81: 'date' is '.none.'.*82: .*is 'May', not a date"):
        prepare([reading], Plan(time="date"))
    prepared = prepare([reading], Plan(time="date", skip_bad=True))
    assert len(prepared.problems) == 2
    assert len(prepared.data.texts) == 64
    with pytest.raises(DataError, match="no article has a field 'day'"):
        prepare([read_source(Source(data))], Plan(time="day"))


def test_numbers_of_articles_held_out_are_as_unsure_as_their_stories_are_few(
    tmp_path: Path,
) -> None:
    """Ten tellings of a story are not ten stories."""
    lines = [
        {
            "text": f"{KINDS[number % 4][0]} {number} {telling}",
            # Some stories are labelled wrongly, and all tellings of them.
            "topics": [] if number % 7 < 2 else KINDS[number % 4][1],
            "story": f"{number}",
        }
        for number in range(60)
        for telling in range(10)
    ]
    reading = read_source(Source(_write(tmp_path / "my.jsonl", lines)))
    widths = []
    for group in ("story", None):
        plan = Plan(group="story", test=0.3)
        prepared = prepare([reading], plan)
        assert prepared.held is not None
        alone = replace(prepared, held=replace(prepared.held, stories=None))
        evaluation = fit(prepared if group else alone, plan).evaluation
        assert evaluation is not None
        widths.append(evaluation.macro_f1.high - evaluation.macro_f1.low)
    assert widths[0] > 1.5 * widths[1]


@pytest.mark.parametrize("name", ["/", "model.npz"])
def test_a_place_that_is_no_folder_is_refused_before_learning(
    data: Path, tmp_path: Path, name: str
) -> None:
    """The model would be lost after all the work."""
    run = _run(data, "--out", tmp_path / name)
    assert run.exit_code == 3
    assert "can't be a model's folder" in run.stderr
    assert not list(tmp_path.glob("model*"))


def test_a_readme_that_is_no_card_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    """Somebody wrote it."""
    (tmp_path / "README.md").write_text("# My project")
    run = _run(data, "--out", tmp_path)
    assert run.exit_code == 3
    assert "isn't a model card, and would be lost" in run.stderr
    assert (tmp_path / "README.md").read_text() == "# My project"


def test_a_model_goes_into_the_working_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and once more."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for _ in range(2):
        run = _run(data, "--out", ".", "--tune", "quick")
        assert run.exit_code == 0, run.output
    assert topicclf.load(".").topics == ("bread", "football")
    assert (tmp_path / "here.tuning.jsonl").exists()


def test_one_source_needs_no_list(data: Path) -> None:
    """As a string or a path."""
    assert topicclf.train(str(data)).model.topics == topicclf.train(data).model.topics


def test_plans_that_make_no_sense_are_refused() -> None:
    """When they are made."""
    with pytest.raises(TypeError, match="topics are a tuple of names"):
        Plan(topics="bread")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tune is 'quick' or 'thorough', not 'fast'"):
        Plan(tune="fast")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n_jobs must not be 0"):
        Plan(n_jobs=0)


def test_texts_that_share_a_little_are_different_stories(tmp_path: Path) -> None:
    """Hashing alone takes some of them for alike; by a third they are, which is too little."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    tail = " ".join("".join(rng.choice(letters, 6)) for _ in range(60))
    lines = [
        {"text": " ".join("".join(rng.choice(letters, 6)) for _ in range(70)) + " " + tail,
         "topics": []}
        for _ in range(300)
    ]  # fmt: skip
    items, _ = read_labelled(_write(tmp_path / "my.jsonl", lines))
    assert len(set(name_stories(items, NEAR_DUPLICATES))) > 290


def test_near_duplicates_are_told_by_their_text(tmp_path: Path) -> None:
    """A copy that was cut and edited is the same story, another article is not."""
    articles = _long_articles()
    copies = [
        {"text": article["text"][:-80] + " (Updated.)", "topics": article["topics"]}
        for article in articles[:50]
    ]
    both = [{"text": a["text"], "topics": a["topics"]} for a in articles[:50]]
    items, _ = read_labelled(_write(tmp_path / "my.jsonl", [*both, *copies]))
    found = name_stories(items, NEAR_DUPLICATES)
    assert np.mean([found[n] == found[n + 50] for n in range(50)]) > 0.9
    assert len(set(found)) >= 50


def _long_articles() -> list[dict[str, Any]]:
    """Long articles of our own."""
    path = Path(__file__).parent.parent / "training" / "corpus" / "held-out.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if line["length"] == "long"]


def test_a_promise_stands_in_the_card_and_so_does_its_failure(data: Path, tmp_path: Path) -> None:
    """Forty articles can support 0.8, and no 0.99."""
    run = _run(data, "--out", tmp_path / "model", "--precision", "0.8")
    assert run.exit_code == 0, run.output
    assert "warning" not in run.stdout
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "promise each topic a precision of 0.8" in card
    run = _run(data, "--out", tmp_path / "model", "--precision", "0.99")
    assert "warning: the data can't support a precision of 0.99 for topic 'bread'" in run.stdout


def test_tuning_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    """Results are written as they come; a line cut short by a crash is passed over."""
    prepared = prepare([read_source(Source(data))], Plan())
    plan, journal = Plan(tune="quick"), tmp_path / "model.tuning.jsonl"
    seen: list[int] = []

    def stop(trial: Any, number: int, total: int) -> None:
        assert total == 6
        seen.append(number)
        if number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(prepared, plan, journal=journal, on_trial=stop)
    assert len(journal.read_text("utf-8").splitlines()) == 3
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"data": "cut sho')
    found = fit(prepared, plan, journal=journal)
    lines = journal.read_text("utf-8").splitlines()
    assert len(lines) == 6 + 1
    assert found.model.provenance["training"]["tuning"]["trials"] == 6
    again = fit(prepared, plan, journal=journal)
    assert journal.read_text("utf-8").splitlines() == lines
    assert again.model.provenance == found.model.provenance


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "no labelled article in"),
        ([{"text": f"A text {n}", "topics": []} for n in range(9)], "no article carries a topic"),
        ([{"text": f"A text {n}", "topics": ["a"]} for n in range(9)], "no article without topic"),
        ([{"text": "One and two", "topics": ["a"]}, {"text": "Two", "topics": []}] * 2, "group"),
        ([{"text": "The", "topics": ["a"]}, {"text": "A", "topics": []}], "no word occurs in 2"),
    ],
)
def test_data_that_can_not_be_learnt_from_is_refused(
    tmp_path: Path, lines: list[Any], message: str
) -> None:
    """With status 3 and a reason, and nothing is written."""
    if message == "group":
        lines = [{**line, "story": "one"} for line in lines]
    options = ["--group", "story"] if message == "group" else []
    run = _run(_write(tmp_path / "my.jsonl", lines), "--out", tmp_path / "model", *options)
    assert run.exit_code == 3, run.output
    assert message in run.stderr
    assert not (tmp_path / "model").exists()


def test_one_topic_alone_is_learnt(tmp_path: Path) -> None:
    """From articles with it and without it."""
    lines = [
        {**line, "topics": line["topics"][:1]} for line in LINES if line["topics"] != ["football"]
    ]
    run = _run(_write(tmp_path / "my.jsonl", lines), "--out", tmp_path / "model")
    assert run.exit_code == 0, run.output
    assert topicclf.load(tmp_path / "model").topics == ("bread",)


def test_bad_records_stop_it_unless_they_are_to_be_left_out(data: Path, tmp_path: Path) -> None:
    """Each with its file and line."""
    with data.open("a", encoding="utf-8") as file:
        file.write('{"text": "x"}\n{broken\n')
    run = _run(data, "--out", tmp_path / "model")
    assert run.exit_code == 3
    assert "my.jsonl:81: no 'topics'" in run.stderr
    assert "my.jsonl:82: not JSON" in run.stderr
    run = _run(data, "--out", tmp_path / "model", "--skip-bad")
    assert run.exit_code == 0
    assert "left out: " in run.stderr


_KILLED = """
import os, signal, sys
from topicclf.cli import main
name = sys.argv.pop(1)
os.fsync = lambda file: os.kill(os.getpid(), getattr(signal, name))
main()
"""


def _fails(data: Path, out: Path, *, signal_name: str) -> int:
    """Train, and get a signal when the model is about to be renamed into place."""
    arguments = [sys.executable, "-c", _KILLED, signal_name, "train", str(data), "--out", str(out)]
    return subprocess.run(arguments, capture_output=True, check=False).returncode


@pytest.mark.slow
def test_a_kill_or_an_interrupt_leaves_the_old_model_whole(data: Path, tmp_path: Path) -> None:
    """Even when it comes at the last moment."""
    out = tmp_path / "model"
    assert _run(data, "--out", out).exit_code == 0
    before = (out / "model.npz").read_bytes()
    more = _write(tmp_path / "more.jsonl", [*LINES, {"text": "More bread", "topics": ["bread"]}])
    assert _fails(more, out, signal_name="SIGKILL") == -signal.SIGKILL
    assert (out / "model.npz").read_bytes() == before
    assert _fails(more, out, signal_name="SIGINT") == 130
    assert (out / "model.npz").read_bytes() == before
    assert topicclf.load(out).topics == ("bread", "football")


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_model_whole(data: Path, tmp_path: Path) -> None:
    """A file that may not grow beyond 2 kB fails as one on a full disk does."""
    out = tmp_path / "model"
    assert _run(data, "--out", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "topicclf", "train", str(data), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
        env=environment,
    )
    assert run.returncode == 3, run.stderr
    assert "model/model.npz: File too large" in run.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_python_does_what_the_command_does(data: Path, tmp_path: Path) -> None:
    """The same bytes."""
    assert _run(data, "--out", tmp_path / "a").exit_code == 0
    found = topicclf.train([data], out=tmp_path / "b")
    for name in ("model.npz", "README.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert found.classifier.predict(["The striker and the goalkeeper"]).tolist() == [[0, 1]]


def test_without_a_place_for_the_model_it_asks_for_one(data: Path) -> None:
    """Instead of learning for nothing."""
    run = _run(data)
    assert run.exit_code == 2
    assert "--out DIR" in run.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--precision", "1.2"], "0<x<1"),
        (["--precision", "0.9", "--recall", "0.9"], "not both"),
        (["--test", "1"], "0<x<1"),
        (["--seed", "-1"], "x>=0"),
        (["--jobs", "0"], "give 1 or more, or -1 for all cores"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_read(
    options: list[str], message: str
) -> None:
    """With status 2."""
    run = _run("missing.jsonl", "--out", "model", *options)
    assert run.exit_code == 2
    assert message in run.stderr


def test_a_place_that_can_not_be_written_to_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """Not after hours of learning."""
    (tmp_path / "file").touch()
    (tmp_path / "bad.jsonl").write_text("{oops\n")
    run = _run(tmp_path / "bad.jsonl", "--out", tmp_path / "file" / "model")
    assert run.exit_code == 3
    assert f"{tmp_path}/file: Not a directory" in run.stderr
    with pytest.raises(NotADirectoryError):
        topicclf.train(["missing.jsonl"], out=tmp_path / "file" / "model")


def test_twins_may_differ_on_a_topic_that_is_passed_over(data: Path, tmp_path: Path) -> None:
    """Nobody asked about it; on the others they may not."""
    _write(data, [*LINES, {**LINES[0], "topics": ["wine"]}])
    run = _run(data, "--topics", "bread", "--dry-run")
    assert run.exit_code == 0, run.output
    assert "left out: 1 duplicate, 0 with other labels than the article kept" in run.stderr
    run = _run(data, "--topics", "football", "--dry-run")
    assert run.exit_code == 3
    assert "they differ on 'football'" in run.stderr


def test_a_bar_in_a_name_leaves_the_tables_of_the_card_whole(data: Path, tmp_path: Path) -> None:
    """Whether it is a topic's, the licence's or what parts topics."""
    rows = [(line["text"], ";".join(["a|b"] * ("bread" in line["topics"]))) for line in LINES]
    table = tmp_path / "x|y.csv"
    table.write_text("".join(f"{a},{b}\n" for a, b in [("text", "topics"), *rows]), "utf-8")
    options = ["--separator", ";", "--licence", "CC-BY | 4.0\nor so"]
    run = _run(table, "--out", tmp_path / "model", *options)
    assert run.exit_code == 0, run.output
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    about = "topics in 'topics', separated by ';'"
    assert rf"| x\|y.csv | {about} | CC-BY \| 4.0 or so | 80 | 1 |" in card
    assert r"| a\|b | 40 | 40 |" in card


def test_a_long_name_does_not_make_all_rows_long(tmp_path: Path) -> None:
    """It stands out alone."""
    lines = [{"text": f"Text {n}", "topics": ["a" * 500, "bread"][n % 2 :]} for n in range(20)]
    run = _run(_write(tmp_path / "my.jsonl", lines), "--dry-run")
    assert sorted(map(len, run.stderr.splitlines()))[-2] < 100


def test_the_current_folder_has_a_name(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which the card tells."""
    (tmp_path / "news" / "inner").mkdir(parents=True)
    data.rename(tmp_path / "news" / "my.jsonl")
    for folder, name in (("news", "."), ("news/inner", "..")):
        monkeypatch.chdir(tmp_path / folder)
        assert _run(name, "--dry-run").stderr.startswith("news: 80 articles")


def test_a_file_whose_name_is_no_text_is_learnt_from(data: Path, tmp_path: Path) -> None:
    """Linux allows any bytes."""
    odd = data.rename(tmp_path / os.fsdecode(b"caf\xe9.jsonl"))
    topicclf.train([odd], out=tmp_path / "model")
    assert "| caf\\udce9.jsonl |" in (tmp_path / "model" / "README.md").read_text("utf-8")
    model = topicclf.load(tmp_path / "model")
    assert model.provenance["training"]["corpora"][0]["file"] == "caf\\udce9.jsonl"
    replace(model, provenance={"file": odd.name}).save(tmp_path / "other")
    assert topicclf.load(tmp_path / "other").provenance["file"] == odd.name


@pytest.mark.slow
def test_what_a_kill_left_behind_is_removed(data: Path, tmp_path: Path) -> None:
    """By the next one that writes there; what another process is writing stays."""
    out = tmp_path / "model"
    assert _fails(data, out, signal_name="SIGKILL") == -signal.SIGKILL
    assert len(list(out.glob(".model.npz.*.part"))) == 1
    alive = out / f".model.npz.{os.getppid()}.part"
    alive.touch()
    assert _run(data, "--out", out).exit_code == 0
    assert sorted(out.iterdir()) == [alive, out / "README.md", out / "model.npz"]


def test_few_articles_are_said_to_be_measured_on(data: Path, tmp_path: Path) -> None:
    """Far more may have been learnt from."""
    lines = [*LINES, *({"text": f"Red wine {n}", "topics": ["wine"]} for n in range(12))]
    assert _run(_write(data, lines), "--out", tmp_path / "model").exit_code == 0
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "Measured on fewer than 30 articles with the topic" in card
    assert "say little: wine." in card


def test_topics_with_a_comma_can_be_named(tmp_path: Path) -> None:
    """By an option of their own, or in quotes; and the card's command takes them."""
    name = "crime, law"
    lines = [{"text": f"police {n}" if n % 2 else f"opera {n}", "topics": [name] * (n % 2)}
             for n in range(40)]  # fmt: skip
    path = _write(tmp_path / "my.jsonl", lines)
    for given in (name, f'"{name}"'):
        run = _run(path, "--topics", given, "--dry-run")
        assert run.exit_code == 0, run.stderr
        assert "40 articles, 1 topic; 20 without a topic" in run.stderr
    run = _run(path, "--topics", "crime,law", "--dry-run")
    assert run.exit_code == 3
    assert "no article has a label for 'crime'; did you mean 'crime, law'?" in run.stderr
    result = topicclf.train(path, plan=Plan(topics=(name,)))
    assert "--topics '\"crime, law\"'" in result.model.provenance["training"]["command"]


def test_articles_that_nobody_has_labelled_teach_nothing(tmp_path: Path) -> None:
    """Where --empty says so; by default they carry none of the topics."""
    path = tmp_path / "my.csv"
    rows = [f"{line['text']},{'|'.join(line['topics'])}" for line in LINES]
    path.write_text("\n".join(["text,topics", *rows]), "utf-8")
    run = _run(path, "--dry-run")
    assert "my.csv: empty cells, read as none of the topics: 20; --empty unknown" in run.stderr
    assert "; 0 unknown labels" in run.stderr
    run = _run(path, "--dry-run", "--empty", "unknown")
    assert "empty cells, read as unknown: 20\n" in run.stderr
    assert "; 40 unknown labels" in run.stderr


@pytest.mark.parametrize("options", [[], ["--skip-bad"]])
def test_a_time_without_one_date_is_refused(tmp_path: Path, options: list[str]) -> None:
    """Also where bad records are to be left out: nothing would be left."""
    lines = [{**line, "date": "yesterday"} for line in LINES]
    run = _run(_write(tmp_path / "my.jsonl", lines), "--time", "date", "--dry-run", *options)
    assert run.exit_code == 3
    assert "no article has a date that can be read" in run.stderr


def test_caution_makes_thresholds_higher(tmp_path: Path) -> None:
    """And is written down, so that the command can be given again."""
    lines = [
        {**line, "topics": line["topics"][:1] if n % 9 else []} for n, line in enumerate(LINES)
    ]
    path = _write(tmp_path / "my.jsonl", lines)
    plain = topicclf.train(path).model.thresholds
    run = _run(path, "--caution", "0.3", "--out", tmp_path / "model")
    assert run.exit_code == 0, run.stderr
    careful = topicclf.load(tmp_path / "model")
    assert (careful.thresholds >= plain).all()
    assert (careful.thresholds > plain).any()
    assert "--caution 0.3" in careful.provenance["training"]["command"]


def test_training_says_what_it_does(data: Path, tmp_path: Path) -> None:
    """Line by line, to whoever asks: what was understood comes before what is learnt."""
    lines: list[str] = []
    topicclf.train(data, out=tmp_path / "model", progress=lines.append)
    understood = lines.index(
        "80 articles, 2 topics; 20 without a topic, 20 with several; 0 unknown labels"
    )
    assert lines.index("learning: topic 1 of 2") > understood
    assert lines[0] == f"reading {data}"
    assert lines[-1] == f"wrote {tmp_path / 'model'}"


def test_a_family_of_near_duplicates_is_one_story(tmp_path: Path) -> None:
    """However many: each is compared with a few, and they hang together."""
    tail = "it will be dry with light winds from the west and highs near twenty degrees today"
    texts = [f"The bulletin for station {n} says that {tail}" for n in range(300)]
    texts += [f"Nothing {n} alike {n * 7} in {n * 13} here {n * 17}" for n in range(5)]
    items = read_labelled(_write(tmp_path / "my.jsonl", [{"text": t, "topics": []} for t in texts]))
    names = name_stories(items[0], NEAR_DUPLICATES)
    assert len(set(names[:300])) == 1
    assert len(set(names[300:])) == 5
