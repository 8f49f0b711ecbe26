"""A short run of the fuzzer over everything that reads; `tests/fuzz_reading.py` makes long ones."""

import contextlib
import random
from pathlib import Path

import pytest

from tests.fuzz_reading import TARGETS, spoilt
from topicclf.errors import DataError, ModelFileError


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("target", list(TARGETS))
def test_spoilt_files_are_answered_or_refused(tmp_path: Path, target: str) -> None:
    """Whatever is wrong with a file, nothing comes but an answer or an error that is meant."""
    chance = random.Random(target)
    for _ in range(60):
        content = spoilt(chance, target)
        with contextlib.suppress(DataError, ModelFileError):
            TARGETS[target](content, tmp_path)
