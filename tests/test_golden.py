"""The same probabilities everywhere, to a millionth: one file of them that every run reproduces."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.golden import FILE, fingerprint, largest_difference

_CLOSE = 1e-6
_PROGRAM = "from tests.golden import largest_difference; print(largest_difference())"


def test_the_golden_file_is_of_the_shipped_model() -> None:
    """After a new model: ``python -m tests.golden``."""
    assert json.loads(FILE.read_text("utf-8"))["model"] == fingerprint()


def test_this_process_gives_the_golden_probabilities() -> None:
    """Of held-out articles and of odd texts."""
    assert largest_difference() < _CLOSE


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (["-OO"], {"PYTHONHASHSEED": "1", "LC_ALL": "C"}),
        (
            ["-X", "utf8=0"],
            {"PYTHONHASHSEED": "12345", "LC_ALL": "POSIX", "TOPICCLF_KERNEL": "off"},
        ),
    ],
)
def test_so_does_every_other_process(options: list[str], environment: dict[str, str]) -> None:
    """Whatever its hash seed, locale and optimisation, with the kernel and without."""
    run = subprocess.run(
        [sys.executable, *options, "-c", _PROGRAM],
        env={**os.environ, **environment},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < _CLOSE
