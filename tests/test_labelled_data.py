"""Labelled data in the formats that people have."""

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from topicclf.errors import DataError
from topicclf.labelled.reading import Source, merge, read_labelled, read_source
from topicclf.labelled.schemes import LabelOptions

ROWS = [
    ("The club signed a striker", {"football"}),
    ("Sourdough, at last", {"bread", "football"}),
    ("Rain in the north", set()),
]


def _csv(path: Path, rows: list[list[object]], **keywords: str) -> Path:
    with path.open("w", encoding=keywords.get("encoding", "utf-8"), newline="") as file:
        csv.writer(file, delimiter=keywords.get("delimiter", ",")).writerows(rows)
    return path


def _topics(path: Path, options: LabelOptions | None = None) -> list[set[str]]:
    return [set(item.topics) for item in read_labelled(path, options=options)[0]]


@pytest.mark.parametrize("separator", ["|", ";", ","])
def test_a_column_of_topics_is_parted_by_what_occurs(tmp_path: Path, separator: str) -> None:
    """A bar, a semicolon or a comma."""
    rows: list[list[object]] = [["Headline", "Body", "Labels"]]
    rows += [["News", text, f"{separator} ".join(sorted(topics))] for text, topics in ROWS]
    path = _csv(tmp_path / "my.csv", rows)
    assert _topics(path) == [topics for _, topics in ROWS]
    assert f"'Labels', separated by {separator!r}" in read_source(Source(path)).about


def test_a_separator_can_be_named(tmp_path: Path) -> None:
    """Where a topic's own name holds a comma."""
    rows: list[list[object]] = [["text", "topics"], ["One.", "health, safety+sport"]]
    path = _csv(tmp_path / "my.csv", rows)
    assert _topics(path, LabelOptions(separator="+")) == [{"health, safety", "sport"}]


def test_one_column_for_each_topic_is_found(tmp_path: Path) -> None:
    """1, 0 and nothing; numbers of another kind are no topics."""
    path = _csv(
        tmp_path / "my.tsv",
        [
            ["id", "text", "football", "bread", "length"],
            [7, "The club", 1, 0, 200],
            [8, "Sourdough", "", "yes", 30],
            [9, "Rain", "false", "?", 10],
        ],
        delimiter="\t",
    )
    items, _ = read_labelled(path)
    assert [set(item.topics) for item in items] == [{"football"}, {"bread"}, set()]
    assert [set(item.unknown) for item in items] == [set(), {"football"}, {"bread"}]


def test_columns_can_be_named_and_then_hold_nothing_else(tmp_path: Path) -> None:
    """A cell that is neither is named by file and line."""
    path = _csv(tmp_path / "my.csv", [["text", "a", "b"], ["One.", 1, 0], ["Two.", "maybe", 0]])
    options = LabelOptions(topic_columns=("a", "b"))
    with pytest.raises(DataError, match=r"my\.csv:3: 'a' holds 'maybe'; give 1, 0 or nothing"):
        read_labelled(path, options=options)
    assert len(read_labelled(path, options=options, skip_bad=True)[0]) == 1


def test_parquet_holds_lists_or_columns(tmp_path: Path) -> None:
    """As pandas writes them."""
    lists = tmp_path / "lists.parquet"
    texts = [text for text, _ in ROWS]
    topics = [sorted(topics) for _, topics in ROWS]
    pyarrow.parquet.write_table(pyarrow.table({"text": texts, "topics": topics}), lists)
    assert _topics(lists) == [topics for _, topics in ROWS]
    columns = tmp_path / "columns.parquet"
    table = {"text": texts, "bread": [0.0, 1.0, None], "football": [True, True, False]}
    pyarrow.parquet.write_table(pyarrow.table(table), columns)
    items, _ = read_labelled(columns)
    assert [set(item.topics) for item in items] == [topics for _, topics in ROWS]
    assert items[2].unknown == {"bread"}


def test_a_folder_holds_a_folder_for_each_topic(tmp_path: Path) -> None:
    """And one for what carries none."""
    for folder, name in (("football", "a"), ("bread", "b"), ("none", "c")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.txt").write_text(f"Text {name}.", "utf-8")
    items, _ = read_labelled(tmp_path)
    assert {item.text: set(item.topics) for item in items} == {
        "Text a.": {"football"},
        "Text b.": {"bread"},
        "Text c.": set(),
    }
    (tmp_path / "stray.txt").write_text("Stray.", "utf-8")
    with pytest.raises(DataError, match=r"stray\.txt:1: not in a topic's folder"):
        read_labelled(tmp_path)


def test_a_broken_quote_is_named_by_its_line(tmp_path: Path) -> None:
    """And does not swallow the rest of the file."""
    path = tmp_path / "my.csv"
    path.write_text('text,topics\n"One.",a\n"Two,b\nThree.,a\n', "utf-8")
    items, problems = read_labelled(path, skip_bad=True)
    assert [item.text for item in items] == ["One.", "Three."]
    assert [problem.place for problem in problems] == [f"{path}:3"]
    assert "a broken quote" in problems[0].message


def test_files_in_several_encodings_are_read_each_in_its_own(tmp_path: Path) -> None:
    """And a line in yet another one is named."""
    texts = ["Le café rouvre après l'été", "Das Öl wird wieder überall teuer"]
    for name, encoding in (("a", "utf-8"), ("b", "utf-16"), ("c", "windows-1252")):
        lines = [json.dumps({"text": text, "topics": []}, ensure_ascii=False) for text in texts]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding)
    for name in "abc":
        assert [i.text for i in read_labelled(tmp_path / f"{name}.jsonl")[0]] == texts
    mixed = tmp_path / "mixed.jsonl"
    good = json.dumps({"text": texts[0], "topics": []}, ensure_ascii=False).encode() + b"\n"
    mixed.write_bytes(good * 3 + b'{"text": "caf\xe9", "topics": []}\n')
    with pytest.raises(DataError, match=r"mixed\.jsonl:4: not UTF-8"):
        read_labelled(mixed)


def test_a_line_of_ten_megabytes_is_a_line(tmp_path: Path) -> None:
    """Packed or not."""
    line = json.dumps({"text": "The navy ordered frigates. " * 400_000, "topics": ["defence"]})
    assert len(line) > 10_000_000
    path = tmp_path / "my.jsonl.gz"
    path.write_bytes(gzip.compress(line.encode(), 1))
    assert len(read_labelled(path)[0][0].text) > 10_000_000


def test_weights_stand_behind_a_colon(tmp_path: Path) -> None:
    """Unless that is the file's name; a drive's letter is not a weight."""
    assert Source.parse("my.jsonl:30") == Source(Path("my.jsonl"), 30)
    assert Source.parse("C:my.jsonl") == Source(Path("C:my.jsonl"))
    odd = tmp_path / "a:3"
    odd.touch()
    assert Source.parse(str(odd)) == Source(odd)
    for text in ("my.jsonl:0", "my.jsonl:-3", "my.jsonl:nan", "my.jsonl:1e300", f"{odd}:heavy"):
        with pytest.raises(DataError, match=r"a weight is a number from .* not .*:30"):
            Source.parse(text)


def test_an_empty_name_is_no_file() -> None:
    """It would be the current folder."""
    with pytest.raises(DataError, match="the name of a file is empty"):
        Source.parse("")


def test_a_field_that_is_named_and_not_there_is_told_once(tmp_path: Path) -> None:
    """With the name that was meant, instead of a complaint about each article."""
    path = _csv(tmp_path / "my.csv", [["text", "tags", "bread"], ["One.", "a", 1], ["Two.", "", 0]])
    with pytest.raises(DataError, match=r"my\.csv: no field 'tagz'; did you mean 'tags'\?$"):
        read_labelled(path, options=LabelOptions(topics_field="tagz"))
    with pytest.raises(DataError, match=r"my\.csv: no field 'bred'; did you mean 'bread'\?$"):
        read_labelled(path, options=LabelOptions(topic_columns=("bred",)))
    path = _csv(tmp_path / "bare.csv", [["text", "page"], ["One.", 3], ["Two.", 4]])
    with pytest.raises(DataError, match=r"bare\.csv: no field is called 'topics'.*'text', 'page'"):
        read_labelled(path)


def test_a_name_of_nothing_is_no_topic(tmp_path: Path) -> None:
    """And white space around a name is not part of it."""
    path = tmp_path / "my.jsonl"
    path.write_text('{"text": "x", "topics": [" a "]}\n{"text": "y", "topics": [""]}\n', "utf-8")
    items, problems = read_labelled(path, skip_bad=True)
    assert [item.topics for item in items] == [{"a"}]
    assert [problem.place for problem in problems] == [f"{path}:2"]


def test_problems_stand_in_the_order_of_their_lines(tmp_path: Path) -> None:
    """Whether it is the record that is bad or its labels."""
    path = tmp_path / "my.jsonl"
    path.write_text('{"text": "x", "topics": null}\n[]\n{"text": "y"}\n', "utf-8")
    problems = read_source(Source(path)).problems
    assert [problem.place for problem in problems] == [f"{path}:{line}" for line in (1, 2, 3)]


def _sixty(column: Sequence[object]) -> list[list[object]]:
    """A table with a good column of topics, and another one."""
    rows = [[f"Text {n}.", n % 2, value] for n, value in enumerate(column)]
    return [["text", "sport", "trade"], *rows]


@pytest.mark.parametrize("slip", [2, "O", 0.7, "maybe"])
def test_a_slip_does_not_cost_a_whole_topic(tmp_path: Path, slip: object) -> None:
    """It is named by file and line, with the way out where the column holds no topic."""
    path = _csv(tmp_path / "my.csv", _sixty([0, 1, slip, *[0, 1] * 29]))
    message = rf"my\.csv:4: 'trade' holds '{slip}'; give 1, 0 or nothing, or name them with --topic"
    with pytest.raises(DataError, match=message):
        read_labelled(path)
    items, _ = read_labelled(path, skip_bad=True)
    assert {topic for item in items for topic in item.topics} == {"sport", "trade"}
    assert read_labelled(path, options=LabelOptions(topic_columns=("sport",)))[0][1].topics


@pytest.mark.parametrize(
    "numbers",
    [
        [1] * 59 + [2],  # Pages.
        [1, 2, 3] * 20,  # Ranks.
        [*range(60)],  # Numbers of articles.
        [0] * 50 + [1] * 5 + [2, 2, 3, 5, 8],  # Comments.
        [0, 1] * 28 + [0.2, 0.5, 0.9, 0.35],  # Scores.
        [2023, 2024] * 30,
        [0] * 60,
    ],
)
def test_numbers_that_are_no_labels_are_no_topics(tmp_path: Path, numbers: list[object]) -> None:
    """Even where most of them are 0 or 1."""
    found = read_source(Source(_csv(tmp_path / "my.csv", _sixty(numbers))))
    assert found.about.partition(";")[0] == "a column for each topic: sport"
    assert found.topics == frozenset({"sport"})
    assert not found.problems


def test_a_column_that_is_nearly_a_topic_is_named(tmp_path: Path) -> None:
    """Its slips may be counts; whoever knows better names it with --topic-columns."""
    path = _csv(tmp_path / "my.csv", _sixty([0, 1] * 29 + [2, 7]))
    found = read_source(Source(path))
    assert found.about.startswith("a column for each topic: sport; not taken for topics: trade")


def test_a_column_without_a_name_is_no_topic(tmp_path: Path) -> None:
    """Programs that number rows leave one."""
    path = _csv(tmp_path / "my.csv", [["", "text", "a"], [0, "One.", 1], [1, "Two.", 0]])
    assert read_source(Source(path)).about == "a column for each topic: a"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ('["caf\\u00e9", "b"]', {"café", "b"}),
        ("['a', \"b's\",]", {"a", "b's"}),
        ("[u'a']", {"a"}),
        ("[ ]", set()),
    ],
)
def test_a_cell_may_hold_a_list(tmp_path: Path, cell: str, names: set[str]) -> None:
    """As JSON and as Python write it."""
    assert _topics(_csv(tmp_path / "my.csv", [["text", "topics"], ["One.", cell]])) == [names]


@pytest.mark.parametrize(
    "cell", ["['a' 'b']", "['a'\n 'b']", "['a', nan]", "['a'", "[b'a']", "[[]]"]
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, cell: str) -> None:
    """Python would read what NumPy prints as one name."""
    path = _csv(tmp_path / "my.csv", [["text", "topics"], ["One.", cell]])
    with pytest.raises(DataError, match=r"my\.csv:2: 'topics' must be a list of names with commas"):
        read_labelled(path)


def test_a_stray_sign_parts_no_topics(tmp_path: Path) -> None:
    """But a bar does among names with commas."""
    rows: list[list[object]] = [["text", "topics"]]
    rows += [[f"Text {n}.", "sport,trade"] for n in range(60)]
    path = _csv(tmp_path / "my.csv", [*rows, ["Odd.", "sport|trade"]])
    assert _topics(path) == [{"sport", "trade"}] * 60 + [{"sport|trade"}]
    rows[1:] = [[f"Text {n}.", "health, food"] for n in range(15)]
    path = _csv(tmp_path / "my.csv", [*rows, ["One.", "health, food|a"], ["Two.", "a|b"]])
    assert _topics(path)[-2] == {"health, food", "a"}


def test_the_exact_name_of_a_field_comes_first(tmp_path: Path) -> None:
    """Whatever differs from it in capitals."""
    path = _csv(
        tmp_path / "my.csv",
        [["Topics", "Text", "topics", "text"], ["wrong", "Wrong.", "right", "Right."]],
    )
    (item,), _ = read_labelled(path)
    assert item.text == "Right."
    assert item.topics == {"right"}


@pytest.mark.parametrize("name", [r"\u001b[31m", r"a\nb", r"\ud83d", r"a\u2028b", r"a\u009b"])
def test_a_name_that_can_not_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    """Control characters and halves of characters, by file and line; others are a topic's own."""
    path = tmp_path / "my.jsonl"
    good = '{"text": "x", "topics": ["Öl & Gas | 石油 😀"]}\n'
    path.write_text(f'{good}{{"text": "y", "topics": [], "unknown": ["{name}"]}}\n', "utf-8")
    with pytest.raises(
        DataError, match=r"my\.jsonl:2: topic '.*' holds '\\.*', which can't be shown"
    ):
        read_labelled(path)
    assert len(read_labelled(path, skip_bad=True)[0]) == 1


def test_a_column_whose_name_can_not_be_shown_is_refused(tmp_path: Path) -> None:
    """Once for the file."""
    path = _csv(tmp_path / "my.csv", [["text", "a\x1bb"], ["One.", 1], ["Two.", 0]])
    with pytest.raises(DataError, match=r"my\.csv: topic 'a\\x1bb' holds '\\x1b', which"):
        read_labelled(path)


def test_twins_are_found_whatever_their_white_space(tmp_path: Path) -> None:
    """A line's end more is not another article; a title is no part of the text."""
    texts = [("", "One two"), ("", " One\n two\n"), ("One", "two"), ("", "Onetwo")]
    lines = [{"text": text, "title": title, "topics": []} for title, text in texts]
    path = tmp_path / "my.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    kept, _ = merge(read_labelled(path)[0], [1] * 4)
    assert list(kept) == [0, 2, 3]


def test_of_twins_what_is_known_of_either_is_kept(tmp_path: Path) -> None:
    """A copy that nobody has labelled doesn't cost the labels of the other."""
    lines = [{"text": "One.", "topics": topics} for topics in (None, ["trade"])]
    path = tmp_path / "my.jsonl"
    path.write_text("\n".join(map(json.dumps, [*lines, {"text": "Two.", "topics": []}])), "utf-8")
    items, _ = read_labelled(path, options=LabelOptions(empty="unknown"))
    kept, contradictions = merge(items, [1] * 3)
    assert kept[0].topics == {"trade"}
    assert not kept[0].unknown
    assert not contradictions


def _folders(root: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_a_text_in_several_folders_carries_all_their_topics(tmp_path: Path) -> None:
    """There is no other way to say so; but it can't be in 'none' as well."""
    texts = {"a/1.txt": "Both.", "b/1.txt": "Both.\n", "b/2.txt": "One.", "none/3.txt": "None."}
    items = read_source(Source(_folders(tmp_path / "good", texts))).items
    assert [item.topics for item in items] == [{"a", "b"}, {"a", "b"}, {"b"}, set()]
    assert not merge(items, [1] * 4)[1]
    items = read_source(Source(_folders(tmp_path / "bad", {**texts, "none/4.txt": "Both."}))).items
    (contradiction,) = merge(items, [1] * 5)[1].values()
    assert contradiction.place.endswith("none/4.txt:1")


@pytest.mark.parametrize("given", ["*", "a/1.txt", "*/*.txt"])
def test_folders_of_topics_are_given_by_the_folder_that_holds_them(
    tmp_path: Path, given: str
) -> None:
    """A pattern would not say which part of a path is the topic."""
    _folders(tmp_path, {"a/1.txt": "One."})
    with pytest.raises(DataError, match="give the folder that holds a folder for each topic"):
        read_labelled(tmp_path / given)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("{'energy', 'trade'}", {"energy", "trade"}),
        ("('energy', 'trade')", {"energy", "trade"}),
        ("('trade',)", {"trade"}),
        ("frozenset({'trade'})", {"trade"}),
        ("set()", set()),
        ("{}", set()),
        ("()", set()),
        ("{'energy': 1, 'trade': 0}", {"energy"}),
        ('{"energy": true, "trade": false}', {"energy"}),
        ('{"choices": ["energy", "trade"]}', {"energy", "trade"}),
        ("array(['energy', 'trade'], dtype=object)", {"energy", "trade"}),
        ("(other) sport", {"(other) sport"}),
    ],
)
def test_a_cell_may_hold_what_a_program_printed(tmp_path: Path, cell: str, names: set[str]) -> None:
    """Sets, tuples, dictionaries and arrays, as pandas and tools for labelling write them."""
    rows: list[list[object]] = [["text", "topics"], ["One.", cell], ["Two.", "energy"]]
    assert _topics(_csv(tmp_path / "my.csv", rows)) == [names, {"energy"}]


@pytest.mark.parametrize(
    "cell",
    [
        "{energy,trade}",
        "{'energy' 'trade'}",
        "('energy' 'trade')",
        "array(['energy' 'trade'], dtype=object)",
        "{'energy': 0.7}",
        "{'score': 'high'}",
        "'energy', 'trade'",
        '"crime, law", trade',
        "sport (ball, water)",
        "Index(['energy'",
    ],
)
def test_what_is_printed_in_another_way_is_refused(tmp_path: Path, cell: str) -> None:
    """Torn at its commas it would make topics that nobody has named."""
    rows: list[list[object]] = [["text", "topics"], ["One.", cell], ["Two.", "energy, trade"]]
    path = _csv(tmp_path / "my.csv", rows)
    with pytest.raises(DataError, match=r"my\.csv:2: 'topics' must be a list of names"):
        read_labelled(path)


@pytest.mark.parametrize("placeholder", ["nan", "N/A", "-", "None", "NULL", "?", "unknown"])
def test_what_looks_like_nothing_is_no_topic(tmp_path: Path, placeholder: str) -> None:
    """Whoever knows what it means says so; among other topics it is refused in any case."""
    rows: list[list[object]] = [["text", "topics"], ["One.", placeholder], ["Two.", "trade"]]
    path = _csv(tmp_path / "my.csv", rows)
    assert not read_source(Source(path)).notes
    with pytest.raises(DataError, match=r"my\.csv:2: 'topics' is '.*--empty none or --empty unkno"):
        read_labelled(path)
    assert _topics(path, LabelOptions(empty="none")) == [set(), {"trade"}]
    (first, _), _ = read_labelled(path, options=LabelOptions(empty="unknown"))
    assert first.unlabelled
    assert first.unknown == {"trade"}
    path = _csv(tmp_path / "both.csv", [rows[0], ["One.", f"trade|{placeholder}"]])
    with pytest.raises(DataError, match="looks like a missing value"):
        read_labelled(path, options=LabelOptions(empty="none"))


def test_empty_cells_mean_what_their_owner_says(tmp_path: Path) -> None:
    """In a field of topics none, in a topic's own column unknown, unless somebody says more."""
    field = _csv(tmp_path / "a.csv", [["text", "topics"], ["One.", ""], ["Two.", "trade"]])
    read = read_source(Source(field))
    assert read.notes == (
        "empty cells, read as none of the topics: 1; --empty unknown if nobody looked",
    )
    assert not read.items[0].unknown
    unknown = read_source(Source(field), options=LabelOptions(empty="unknown"))
    assert unknown.items[0].unknown == {"trade"}
    assert unknown.items_on({"trade", "sport"})[0].unknown == {"trade", "sport"}
    rows: list[list[object]] = [["text", "trade"], ["One.", ""], ["Two.", 1], ["Three.", "?"]]
    columns = _csv(tmp_path / "b.csv", rows)
    for options, expected in ((None, [1, 0, 1]), (LabelOptions(empty="none"), [0, 0, 1])):
        items, _ = read_labelled(columns, options=options)
        assert [len(item.unknown) for item in items] == expected


def test_a_label_of_yes_and_no_is_one_topic(tmp_path: Path) -> None:
    """And not the two topics "0" and "1"."""
    for yes, no in (("1", "0"), ("yes", "no"), ("True", "False")):
        rows: list[list[object]] = [["text", "label"], ["One.", yes], ["Two.", no]]
        path = _csv(tmp_path / "my.csv", rows)
        assert _topics(path) == [{"label"}, set()]
        assert read_source(Source(path)).about == "a column for each topic: label"
    path = _csv(tmp_path / "my.csv", [["text", "label"], ["a", "0"], ["b", "1"], ["c", "2"]])
    assert _topics(path) == [{"0"}, {"1"}, {"2"}]


def test_names_that_look_the_same_are_one_topic(tmp_path: Path) -> None:
    """Accents composed or not, invisible characters, needless spaces; it is said, too."""
    names = ["\u00e9nergie verte", "e\u0301nergie verte", "\u00e9nergie\u200b verte\ufeff",
             "\u00e9nergie\u00a0 verte"]  # fmt: skip
    path = tmp_path / "my.jsonl"
    lines = [json.dumps({"text": str(n), "topics": [name]}) for n, name in enumerate(names)]
    path.write_text("\n".join(lines), "utf-8")
    read = read_source(Source(path))
    assert {topic for item in read.items for topic in item.topics} == {"\u00e9nergie verte"}
    assert "written in several ways that look alike" in read.notes[0]
    path = _csv(tmp_path / "my.csv", [["text", "a", "a\u200b"], ["One.", 1, 0], ["Two.", 0, 1]])
    with pytest.raises(DataError, match="two columns are called 'a'"):
        read_labelled(path)


def test_commas_belong_to_names_whose_parts_are_always_together(tmp_path: Path) -> None:
    """As in IPTC's; where a part comes alone or with others, they separate topics."""
    names = ["crime, law and justice", "economy, business and finance", ""] * 10
    path = _csv(
        tmp_path / "one.csv", [["text", "topic"], *([n, name] for n, name in enumerate(names))]
    )
    assert _topics(path)[0] == {"crime, law and justice"}
    assert "commas are read as parts of names" in read_source(Source(path)).notes[0]
    assert _topics(path, LabelOptions(separator=","))[0] == {"crime", "law and justice"}
    path = _csv(
        tmp_path / "two.csv",
        [["text", "topic"], *([n, name] for n, name in enumerate([*names, "crime"]))],
    )
    assert _topics(path)[0] == {"crime", "law and justice"}


def test_columns_with_a_comma_can_be_named(tmp_path: Path) -> None:
    """By an option of their own, or in quotes."""
    path = _csv(tmp_path / "my.csv", [["text", "a, b", "c"], ["One.", 1, 0], ["Two.", 0, 1]])
    for columns in (("a, b", "c"), ('"a, b",c',), ("a, b",)):
        assert _topics(path, LabelOptions(topic_columns=columns))[0] == {"a, b"}
