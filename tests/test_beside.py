"""Files that are replaced: whole, with their rights and links, whoever else writes there."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from topicclf.writing.beside import all_beside, replacing, write_beside


def _part(folder: Path, name: str) -> Path:
    """An unlocked part, as a killed process leaves it."""
    part = folder / f".{name}.{'0a' * 8}.part"
    part.write_bytes(b"half")
    return part


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o400, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    """Whatever the umask."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_beside(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() == b"new"


def test_a_private_file_is_never_open_to_others_on_the_way(tmp_path: Path) -> None:
    """Nor its part."""
    path = tmp_path / "file"
    path.touch(0o600)
    with replacing(path) as file:
        file.write(b"secret")
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600


def test_a_new_file_gets_the_usual_mode(tmp_path: Path) -> None:
    """That of the umask."""
    (tmp_path / "usual").touch()
    write_beside(tmp_path / "new", b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_link_stays_a_link_to_the_new_file(tmp_path: Path) -> None:
    """In another folder, or to a link; a file that isn't there yet comes into being."""
    (tmp_path / "data").mkdir()
    real = tmp_path / "data" / "2024"
    real.write_bytes(b"old")
    (tmp_path / "data" / "newest").symlink_to("2024")
    (tmp_path / "link").symlink_to("data/newest")
    write_beside(tmp_path / "link", b"new")
    assert real.read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "data" / "newest").is_symlink()
    real.unlink()
    write_beside(tmp_path / "link", b"newer")
    assert real.read_bytes() == b"newer"


def test_links_that_go_in_circles_are_refused(tmp_path: Path) -> None:
    """And left alone."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        write_beside(tmp_path / "a", b"")
    assert (tmp_path / "a").is_symlink()


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if somebody guessed the part's name."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / f".file.{'ab' * 8}.part").symlink_to(victim)
    monkeypatch.setattr("secrets.token_hex", lambda size: "ab" * size)
    with pytest.raises(FileExistsError):
        write_beside(tmp_path / "file", b"new")
    assert victim.read_bytes() == b"precious"


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    """A named pipe, as /dev/stdout or /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_beside(pipe, b"page")
    reader.join()
    assert read == [b"page"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_long_name_is_fine(tmp_path: Path) -> None:
    """Up to what the file system takes, also in letters of several bytes."""
    for name in ("n" * 255, "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 85):
        write_beside(tmp_path / name, b"new")
        assert (tmp_path / name).read_bytes() == b"new"


def test_abandoned_parts_are_removed_and_others_stay(tmp_path: Path) -> None:
    """A part that is locked is being written, in whatever container."""
    ours, others = _part(tmp_path, "file"), _part(tmp_path, "other")
    alive = tmp_path / f".file.{'1b' * 8}.part"
    with alive.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_beside(tmp_path / "file", b"new")
        assert alive.exists()
    assert not ours.exists()
    assert others.exists()
    write_beside(tmp_path / "file", b"newer")
    assert not alive.exists()


def test_a_part_that_was_taken_for_abandoned_before_it_was_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a process that looked just then."""
    lock, times = fcntl.flock, []

    def removed_first(descriptor: int, operation: int) -> None:
        times.append(descriptor)
        if len(times) == 1:
            [part] = tmp_path.glob(".file.*.part")
            part.unlink()
        lock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", removed_first)
    write_beside(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_threads_that_replace_one_file_never_show_half_of_one(tmp_path: Path) -> None:
    """Nor an empty one, and nothing is left beside it."""
    path = tmp_path / "file"
    contents = [bytes([65 + n]) * 100_000 for n in range(4)]
    write_beside(path, contents[0])

    def write(content: bytes) -> None:
        for _ in range(20):
            write_beside(path, content)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert path.read_bytes() in contents
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_files_that_two_threads_replace_are_of_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model and its card, say, with time for another thread between the two."""
    paths = [tmp_path / "model", tmp_path / "card"]
    rename = Path.replace

    def slow(part: Path, place: Path) -> Path:
        renamed = rename(part, place)
        time.sleep(0.002)
        return renamed

    monkeypatch.setattr(Path, "replace", slow)

    def write(content: bytes) -> None:
        for _ in range(4):
            all_beside(dict.fromkeys(paths, content))

    for _ in range(3):
        threads = [threading.Thread(target=write, args=(bytes([n]),)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({path.read_bytes() for path in paths}) == 1
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_if_one_of_several_files_fails_none_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk fills up at the second."""
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path in paths:
        path.write_bytes(b"old")
    sync, times = os.fsync, []

    def full(descriptor: int) -> None:
        times.append(descriptor)
        if len(times) == 2:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        all_beside(dict.fromkeys(paths, b"new"))
    assert {path.read_bytes() for path in paths} == {b"old"}
    assert sorted(tmp_path.iterdir()) == paths


def test_a_kill_leaves_the_old_file_and_the_next_writer_tidies_up(tmp_path: Path) -> None:
    """The lock goes with the process."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    code = (
        "import os, signal, sys; from topicclf.writing.beside import replacing\n"
        "with replacing(sys.argv[1]) as file:\n"
        "    file.write(b'new'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    write_beside(path, b"newer")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
