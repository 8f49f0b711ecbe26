"""Model files with a right seal and wrong contents: refused, or as good as any other.

`TopicModel.load` is where a model is judged. What it takes must answer with probabilities, and as
these weights have to; what it refuses, it refuses with a `ModelFileError`.
"""

import copy
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import topicclf
from topicclf import TopicClassifier, TopicModel
from topicclf.artifact import read_artifact, seal, write_artifact
from topicclf.artifact.archive import artifact_bytes
from topicclf.errors import InvalidModelError, ModelFileError, TamperedModelError
from topicclf.features.vocabulary import Vocabulary
from topicclf.scoring.join import Join
from topicclf.scoring.scores import Weights

Header = dict[str, Any]
Arrays = dict[str, NDArray[Any]]
Contents = tuple[Header, Arrays]
Mutation = Callable[[Header, Arrays], None]

TEXTS = [
    "The navy ordered two frigates from the yard, and soldiers began an exercise.",
    "The earthquake brought down a bridge. " * 20,
    "Mahler, zzz qqq",
    "xyzzy",
    "",
]

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    0.5,
    1.5,
    1e308,
    float("inf"),
    float("-inf"),
    float("nan"),
    10**400,
    2**63,
    "",
    "x",
    "\ud800",
    [],
    [[]],
    [0.5],
    ["a", "a"],
    [0.5, "x"],
    [None, None],
    [[0.5] * 6, [0.5] * 5],
    {},
    {"topics": 1},
]

TYPES = ["?", "b", "B", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"]
# What NumPy writes, and no model has.
STRANGE = [">u2", ">f4", "<c8", "S3", "<U2", "<M8[s]", "V4", "<f4,<i4"]


@pytest.fixture(scope="module")
def contents(small: TopicClassifier, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What a sound model's file holds."""
    folder = tmp_path_factory.mktemp("model")
    small.model_.save(folder)
    return read_artifact(folder / "model.npz")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to each part of a header but its provenance, which may be anything."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in ("provenance", "abbreviations"):
                yield from _places(each, (*path, key))


def _put(header: Header, _: Arrays, *, path: tuple[Any, ...], value: Any) -> None:
    inner: Any = header
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value


def _drop(header: Header, _: Arrays, *, path: tuple[Any, ...]) -> None:
    inner: Any = header
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]


def _header_mutations(header: Header) -> Iterator[tuple[str, Mutation]]:
    paths = [*_places(header), ("provenance",), ("abbreviations",), ("abbreviations", 0)]
    for path in paths:
        if len(path) == 2 and path[0] == "abbreviations" and not header["abbreviations"]:
            continue
        yield f"without {path}", partial(_drop, path=path)
        for value in VALUES:
            yield f"{path} = {str(value)[:20]}", partial(_put, path=path, value=value)


def _set(_: Header, arrays: Arrays, *, name: str, array: NDArray[Any]) -> None:
    arrays[name] = array


def _without(_: Header, arrays: Arrays, *, name: str) -> None:
    del arrays[name]


def _extremes(array: NDArray[Any]) -> list[Any]:
    if array.dtype.kind == "f":
        return [0, -1, 5e-8, 65504, -65504, np.nan, np.inf, -np.inf]
    most = int(np.iinfo(array.dtype).max)
    ascii_signs = list(b"\n \x00\x01aZ'-\x80\xff") if array.dtype == np.uint8 else []
    return [0, 1, most, most // 2, *ascii_signs]


def _shapes(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    yield array[:0]
    yield array[:1]
    yield array[:-1]
    yield array[1:]
    yield array[::-1]
    yield np.concatenate([array, array])
    yield np.concatenate([array, array[-1:]])
    yield array[:, None]
    yield array[None]
    yield array.reshape(-1)
    yield array.reshape(1, -1)
    yield array.reshape(-1, 1)
    yield array.reshape(array.shape[::-1])
    yield np.asarray(array.reshape(-1)[0])
    yield np.sort(array, axis=0)
    yield np.roll(array, 1, axis=0)


def _values(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for value in _extremes(array):
        for place in (0, array.size // 2, array.size - 1):
            changed = array.copy()
            changed.reshape(-1)[place] = value
            yield changed
        yield np.full_like(array, value)
    for wide in ("<u8", "<i8"):
        if array.dtype.kind == "u":
            for value in (2**63 - 1, 2**63) if wide == "<u8" else (-1, 2**63 - 1):
                changed = array.astype(wide)
                changed[-1] = value
                yield changed
                yield np.full(array.shape, value, wide)


def _array_mutations(arrays: Arrays) -> Iterator[tuple[str, Mutation]]:
    for name, array in arrays.items():
        yield f"without {name}", partial(_without, name=name)
        yield f"{name} twice", partial(_set, name=f"{name}2", array=array)
        with np.errstate(invalid="ignore"):
            others = [array.astype(kind) for kind in TYPES]
        others += [np.zeros(3, kind) for kind in STRANGE]
        for number, other in enumerate([*others, *_shapes(array), *_values(array)]):
            label = f"{name} no. {number}: {other.dtype} {other.shape}"
            yield label, partial(_set, name=name, array=other)
    yield "no arrays", lambda _, arrays: arrays.clear()
    yield "a slash", partial(_set, name="../evil", array=np.zeros(1))


def _made(header: Header, arrays: Arrays) -> TopicModel:
    """A model of these values, put together by hand."""
    return TopicModel(
        topics=tuple(header["topics"]),
        thresholds=np.array(header["thresholds"], float),
        weights=Weights(
            coef=arrays["coef"].astype(np.float32),
            intercept=np.array(header["intercept"], float),
            vocabulary=Vocabulary(
                surfaces=arrays["surfaces"].tobytes().replace(b"\n", b" "),
                surface_terms=arrays["surface_terms"].astype(np.int64),
                pairs=np.cumsum(arrays["pair_gaps"].astype(np.int64)),
                idf=arrays["idf"].astype(np.float32),
            ),
        ),
        join=Join(*(np.array(header["join"][n]) for n in ("coef", "intercept", "prevalence"))),
        abbreviations=tuple(header["abbreviations"]),
    )


def _judge(path: Path) -> TopicModel | ModelFileError:
    try:
        return topicclf.load(path)
    except ModelFileError as error:
        return error


def _check_answers(model: TopicModel, header: Header, arrays: Arrays) -> None:
    answers = model.predict_proba(TEXTS)
    assert np.isfinite(answers).all()
    assert ((answers >= 0) & (answers <= 1)).all()
    assert np.array_equal(answers, _made(header, arrays).predict_proba(TEXTS))
    for text in TEXTS[:3]:
        prediction = model.predict(text)
        assert set(prediction.evidence) == set(prediction.topics)


def test_every_mutation_is_refused_or_answered_rightly(contents: Contents, tmp_path: Path) -> None:
    """Of each array and each value of the header: type, shape, values, missing, more."""
    mutations = [*_header_mutations(contents[0]), *_array_mutations(contents[1])]
    refused = taken = 0
    for number, (label, mutate) in enumerate(mutations):
        # Another name each time, as cutting off an old file costs more than all the rest.
        path = tmp_path / f"{number}.npz"
        header, arrays = copy.deepcopy(contents)
        mutate(header, arrays)
        path.write_bytes(artifact_bytes(header=header, arrays=arrays))
        try:
            judged = _judge(path)
            if isinstance(judged, ModelFileError):
                refused += 1
                # What is wrong, and what to do.
                assert str(path) in str(judged)
                assert str(judged).endswith(("again.", "version."))
            else:
                taken += 1
                _check_answers(judged, header, arrays)
        except Exception as error:
            error.add_note(f"with {label}")
            raise
    assert refused > 800
    assert taken > 50


@pytest.mark.parametrize(
    ("name", "array", "problem"),
    [
        ("coef", np.zeros((3, 2), np.float16), "'coef' has the shape"),
        ("surfaces", np.frombuffer(b"a  b", np.uint8), "an empty word"),
        ("surfaces", np.frombuffer(b"a b", np.uint8), "values for 2 words"),
        ("extra", np.zeros(1), "'extra', which is not part of a model"),
        ("idf", np.zeros(2, np.float32), "'idf' is of type float32"),
    ],
)
def test_a_refusal_says_what_is_wrong(
    contents: Contents, tmp_path: Path, name: str, array: NDArray[Any], problem: str
) -> None:
    """With the file's name."""
    header, arrays = contents
    path = tmp_path / "model.npz"
    write_artifact(path, header=header, arrays={**arrays, name: array})
    with pytest.raises(InvalidModelError, match=problem):
        topicclf.load(path)


def _words(contents: Contents) -> list[bytes]:
    return bytes(contents[1]["surfaces"]).split(b" ")


@pytest.mark.parametrize("with_seeds", [True, False])
def test_words_that_are_not_distinct_are_refused(
    contents: Contents, tmp_path: Path, *, with_seeds: bool
) -> None:
    """Also where the seeds would have to be found."""
    header, arrays = copy.deepcopy(contents)
    words = _words(contents)
    words[1] = words[0]
    arrays["surfaces"] = np.frombuffer(b" ".join(words), np.uint8)
    if not with_seeds:
        del arrays["surface_seeds"], arrays["pair_seeds"]
    write_artifact(tmp_path / "model.npz", header=header, arrays=arrays)
    with pytest.raises(InvalidModelError, match="not distinct"):
        topicclf.load(tmp_path)


@pytest.mark.parametrize("word", ["Navy", "na-vy", "n\u00e9e", "\u2019", "\u00a0", "\x01"])
def test_words_that_no_text_has_are_refused(contents: Contents, tmp_path: Path, word: str) -> None:
    """Capitals, signs, what folding takes apart."""
    header, arrays = copy.deepcopy(contents)
    words = [word.encode(), *_words(contents)[1:]]
    arrays["surfaces"] = np.frombuffer(b" ".join(words), np.uint8)
    del arrays["surface_seeds"]
    write_artifact(tmp_path / "model.npz", header=header, arrays=arrays)
    with pytest.raises(InvalidModelError, match="which no word has once it is folded"):
        topicclf.load(tmp_path)


@pytest.mark.parametrize("word", ["\u0111uro", "\u02bcn", "\u5730\u9707", "\U000323b0"])
def test_words_of_any_script_are_taken(contents: Contents, tmp_path: Path, word: str) -> None:
    """Those, too, of letters that this Python doesn't know yet."""
    header, arrays = copy.deepcopy(contents)
    words = [word.encode(), *_words(contents)[1:]]
    arrays["surfaces"] = np.frombuffer(b" ".join(words), np.uint8)
    del arrays["surface_seeds"]
    write_artifact(tmp_path / "model.npz", header=header, arrays=arrays)
    assert word.encode() in topicclf.load(tmp_path).weights.vocabulary.surfaces


def test_term_vectors_without_end_are_refused(contents: Contents, tmp_path: Path) -> None:
    """They would make every weight of a model that starts from it infinite."""
    header, arrays = copy.deepcopy(contents)
    arrays["term_vectors"] = np.full((5, 3), 0x7C, np.uint8)
    write_artifact(tmp_path / "model.npz", header=header, arrays=arrays)
    with pytest.raises(InvalidModelError, match="'term_vectors' holds a number that is not finite"):
        topicclf.load(tmp_path)


@pytest.mark.parametrize("shape", [(10**5, 3), (5, 2), (5, 0), (5,)])
def test_term_vectors_that_fit_no_terms_are_refused(
    contents: Contents, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    """More rows than there are terms, no columns, and no rows at all."""
    header, arrays = copy.deepcopy(contents)
    arrays["term_vectors"] = np.zeros(shape, np.uint8)
    write_artifact(tmp_path / "model.npz", header=header, arrays=arrays)
    with pytest.raises(InvalidModelError, match="'term_vectors'"):
        topicclf.load(tmp_path)


def test_a_model_as_the_first_ones_were_loads(
    contents: Contents, small: TopicClassifier, tmp_path: Path
) -> None:
    """With line ends between its words, and no seeds; saved again, it is as they are today."""
    header, arrays = copy.deepcopy(contents)
    arrays["surfaces"] = np.frombuffer(b"\n".join(_words(contents)), np.uint8)
    del arrays["surface_seeds"], arrays["pair_seeds"]
    write_artifact(tmp_path / "model.npz", header=header, arrays=arrays)
    model = topicclf.load(tmp_path)
    assert np.array_equal(model.predict_proba(TEXTS), small.model_.predict_proba(TEXTS))
    assert model.to_bytes() == small.model_.to_bytes()


def test_deep_json_is_refused(contents: Contents, tmp_path: Path) -> None:
    """In the provenance as well, that may else hold anything; deep enough for a RecursionError."""
    header, arrays = contents
    header = {**header, "provenance": {"deep": "DEEP"}}
    whole = artifact_bytes(header=header, arrays=arrays)
    for depth in (200, 100_000):
        deep = json.dumps({**header, "format": "topicclf-model", "schema": 1})
        deep = deep.replace('"DEEP"', "[" * depth + "]" * depth)
        path = tmp_path / "model.npz"
        path.write_bytes(_with_members(whole, {"header.npy": _npy(deep.encode())}))
        with pytest.raises(ModelFileError):
            topicclf.load(path)


def _npy(content: bytes) -> bytes:
    member = io.BytesIO()
    np.lib.format.write_array(member, np.frombuffer(content, np.uint8))
    return member.getvalue()


def _with_members(
    whole: bytes, changed: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED
) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as old,
        zipfile.ZipFile(buffer, "w", compression) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
    return seal(buffer.getvalue())


@pytest.mark.parametrize(
    "schema", ["null", "true", '"1"', "0", "-1", "1.0", "[]", "NaN", "9" * 5000]
)
def test_a_schema_that_is_not_a_number_from_1_on_is_refused(
    whole: bytes, tmp_path: Path, schema: str
) -> None:
    """As any JSON that makes no sense."""
    said = f'{{"format": "topicclf-model", "schema": {schema}}}'
    path = tmp_path / "model.npz"
    path.write_bytes(_with_members(whole, {"header.npy": _npy(said.encode())}))
    with pytest.raises(TamperedModelError, match="is damaged"):
        topicclf.load(path)


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"null", b'"x"', b"\xff", b"{", b"{}", b"\xff\xfe{\x00"]
)
def test_a_header_that_is_not_a_models_is_refused(
    whole: bytes, tmp_path: Path, said: bytes
) -> None:
    """Other JSON, and what is none."""
    path = tmp_path / "model.npz"
    path.write_bytes(_with_members(whole, {"header.npy": _npy(said)}))
    with pytest.raises(ModelFileError):
        topicclf.load(path)


@pytest.fixture(scope="module")
def whole(contents: Contents) -> bytes:
    """The bytes of a sound model's file."""
    return artifact_bytes(header=contents[0], arrays=contents[1])


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressed_members_are_refused(whole: bytes, tmp_path: Path, compression: int) -> None:
    """They could grow to anything."""
    path = tmp_path / "model.npz"
    path.write_bytes(_with_members(whole, {}, compression=compression))
    with pytest.raises(TamperedModelError, match="is compressed"):
        topicclf.load(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(whole: bytes, tmp_path: Path) -> None:
    """Readers may differ in which one they take."""
    buffer = io.BytesIO(whole)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("idf.npy", archive.read("idf.npy"))
    path = tmp_path / "model.npz"
    path.write_bytes(seal(buffer.getvalue()))
    with pytest.raises(TamperedModelError, match="two members of one name"):
        topicclf.load(path)


def test_members_that_share_bytes_are_refused(whole: bytes, tmp_path: Path) -> None:
    """A small file of a thousand large members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("coef.npy", bytes(100_000))
        for number in range(1000):
            twin = copy.copy(archive.filelist[0])
            twin.filename = f"coef{number}.npy"
            archive.filelist.append(twin)
    path = tmp_path / "model.npz"
    path.write_bytes(seal(buffer.getvalue()))
    with pytest.raises(TamperedModelError, match="larger than the file"):
        topicclf.load(path)


@pytest.mark.parametrize(
    "shape",
    [
        "(1099511627776,)",
        "(4294967296, 4294967296)",
        "(0, 99999999999999999999)",
        "(-1,)",
        "()",
        "(1,) + (2,)",
        f"({'9' * 5000},)",
        "(" * 900 + ")" * 900,
    ],
)
def test_a_shape_that_is_not_the_arrays_is_refused(
    whole: bytes, tmp_path: Path, shape: str
) -> None:
    """Before anything is allocated or evaluated."""
    said = f"{{'descr': '<f2', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    member = b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said + b"\x00\x3c" * 4
    path = tmp_path / "model.npz"
    path.write_bytes(_with_members(whole, {"idf.npy": member}))
    with pytest.raises(ModelFileError, match="idf"):
        topicclf.load(path)


def _sealed(content: bytes) -> bytes:
    content += b"sha256:"
    return content + hashlib.sha256(content).hexdigest().encode()


@given(st.binary(max_size=300), st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b""]))
def test_random_bytes_with_a_right_seal_are_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes
) -> None:
    """However they begin."""
    path = tmp_path_factory.mktemp("random") / "model.npz"
    path.write_bytes(_sealed(start + content))
    with pytest.raises(ModelFileError):
        topicclf.load(path)


@settings(max_examples=300)
@given(st.data())
def test_changed_bytes_with_a_right_seal_are_refused_or_answer(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    """Wherever they are: the archive's own parts, headers of arrays, JSON, numbers."""
    content = bytearray(whole[: -len("sha256:") - 64])
    # Half of them where the archive's directory is.
    place = st.integers(0, len(content) - 1) | st.integers(len(content) - 700, len(content) - 1)
    for where in data.draw(st.lists(place, min_size=1, max_size=4)):
        content[where] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("changed") / "model.npz"
    path.write_bytes(_sealed(bytes(content)))
    judged = _judge(path)
    if isinstance(judged, TopicModel):
        answers = judged.predict_proba(TEXTS)
        assert ((answers >= 0) & (answers <= 1)).all()


def test_a_model_that_could_not_be_loaded_is_not_saved(
    small: TopicClassifier, tmp_path: Path
) -> None:
    """Its weights are beyond 16 bits, say."""
    weights = small.model_.weights
    model = replace(small.model_, weights=replace(weights, coef=weights.coef * np.float32(1e6)))
    with pytest.raises(InvalidModelError, match="can't be saved: 'coef' has a value that is not"):
        model.save(tmp_path)
    assert not list(tmp_path.iterdir())
