"""The model file: what it holds, and what is refused."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import topicclf
from topicclf import TopicClassifier
from topicclf.artifact import read_artifact, seal, write_artifact
from topicclf.errors import (
    ModelFileError,
    NewerModelError,
    NotAModelError,
    TamperedModelError,
    TruncatedModelError,
)


@pytest.fixture
def saved(small: TopicClassifier, tmp_path: Path) -> Path:
    """A model file."""
    small.model_.save(tmp_path)
    return tmp_path / "model.npz"


def test_a_saved_model_predicts_as_before(small: TopicClassifier, saved: Path) -> None:
    """By its file or by its folder."""
    texts = ["Frigates for the navy", "An earthquake, then floods", "Mahler"]
    before = small.model_.predict_proba(texts)
    assert np.array_equal(topicclf.load(saved).predict_proba(texts), before)
    assert np.array_equal(topicclf.load(saved.parent).predict_proba(texts), before)


def test_a_saved_model_is_the_same_bytes_again(saved: Path, tmp_path: Path) -> None:
    """Loaded and saved, nothing moves."""
    topicclf.load(saved).save(tmp_path / "again")
    assert (tmp_path / "again" / "model.npz").read_bytes() == saved.read_bytes()


def test_it_holds_no_pickle(saved: Path) -> None:
    """NumPy opens every member with pickles forbidden."""
    with np.load(saved, allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "uif" for name in archive.files)


def test_no_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    """That says where the shipped model is."""
    with pytest.raises(FileNotFoundError, match=r"without a path gives the shipped one"):
        topicclf.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"{}", b"PK"])
def test_something_else_is_no_model(tmp_path: Path, content: bytes) -> None:
    """And is said to be none."""
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(NotAModelError, match=r"model\.npz"):
        topicclf.load(tmp_path)


def test_another_npz_is_no_model(tmp_path: Path) -> None:
    """An archive of arrays is not enough, sealed or not."""
    path = tmp_path / "model.npz"
    np.savez(path, header=np.frombuffer(b"{}", np.uint8))
    with pytest.raises(NotAModelError, match="is no topicclf model"):
        topicclf.load(path)
    path.write_bytes(seal(path.read_bytes()))
    with pytest.raises(NotAModelError, match="holds no topicclf model"):
        topicclf.load(path)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_file_without_its_end_is_truncated(saved: Path, share: float) -> None:
    """Wherever the copy stopped."""
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(TruncatedModelError, match="ends too early"):
        topicclf.load(saved)


def test_any_changed_byte_is_refused(saved: Path) -> None:
    """Wherever it stands, the seal and the archive's own parts included."""
    content = saved.read_bytes()
    places = {*range(0, len(content), 97), *range(len(content) - 400, len(content))}
    for place in sorted(places):
        changed = bytearray(content)
        changed[place] ^= 0x01
        saved.write_bytes(changed)
        with pytest.raises(ModelFileError):
            topicclf.load(saved)


def _rewrite(path: Path, change: Callable[[dict[str, bytes]], None], *, sealed: bool) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
        old_seal = archive.comment
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
        archive.comment = old_seal
    if sealed:
        path.write_bytes(seal(path.read_bytes()))


def test_a_forged_weight_is_tampering_though_the_archive_is_sound(saved: Path) -> None:
    """The archive's own checksums are right, the seal is not."""

    def forge(members: dict[str, bytes]) -> None:
        members["coef.npy"] = members["coef.npy"][:-2] + b"\x00\x7b"

    _rewrite(saved, forge, sealed=False)
    with pytest.raises(TamperedModelError, match="checksum"):
        topicclf.load(saved)


def test_a_pickle_in_the_place_of_an_array_is_never_opened(saved: Path) -> None:
    """Loading a model can run no code, whoever sealed it."""
    evil = io.BytesIO()
    np.lib.format.write_array(evil, np.array([print], object), allow_pickle=True)

    def forge(members: dict[str, bytes]) -> None:
        members["idf.npy"] = evil.getvalue()

    _rewrite(saved, forge, sealed=True)
    with pytest.raises(TamperedModelError, match="pickle"):
        topicclf.load(saved)


def test_a_newer_schema_asks_for_an_upgrade(saved: Path) -> None:
    """Before anything else in it is believed."""

    def forge(members: dict[str, bytes]) -> None:
        raw = members["header.npy"]
        assert b'"schema": 1' in raw
        members["header.npy"] = raw.replace(b'"schema": 1', b'"schema": 9')

    _rewrite(saved, forge, sealed=True)
    with pytest.raises(NewerModelError, match="schema 9; this topicclf reads up to 1"):
        topicclf.load(saved)


def test_a_model_that_lacks_a_part_is_refused(saved: Path) -> None:
    """A sound archive with a sound seal, but without the weights."""
    header, arrays = read_artifact(saved)
    del arrays["coef"]
    write_artifact(saved, header=header, arrays=arrays)
    with pytest.raises(NotAModelError, match="coef"):
        topicclf.load(saved)


def test_a_failed_write_leaves_the_old_model(
    saved: Path, small: TopicClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full."""
    before = saved.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        small.model_.save(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["model.npz"]


def test_the_shipped_file_says_what_it_is() -> None:
    """Topics, thresholds, data and numbers stand inside."""
    model = topicclf.load()
    assert model.topics == ("defence", "energy", "trade", "disaster")
    assert all(0 < threshold < 1 for threshold in model.thresholds)
    assert json.dumps(dict(model.provenance))
    assert set(model.provenance["out_of_fold"]) == set(model.topics)
