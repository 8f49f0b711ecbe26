"""What is imported when: prediction needs NumPy alone, and the start needs not even that."""

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import import_module

import pytest

from tests.conftest import ROOT
from topicclf.installation.extras import how_to_install
from topicclf.installation.former_homes import FORMER_HOMES


def _imported(code: str) -> set[str]:
    """What some code imports beyond what Python itself and its installed packages do at start."""
    return _modules(code) - _modules("pass")


@cache
def _modules(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted(set(name.split('.')[0] for name in sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


def test_predicting_imports_numpy_only() -> None:
    """No scikit-learn, nltk, scipy or joblib, evidence included."""
    found = _imported(
        "import topicclf\n"
        "p = topicclf.predict('The navy ordered two frigates.')\n"
        "p.evidence['defence']\n"
        "list(topicclf.predict_many(['A text.']))"
    )
    assert "numpy" in found
    assert not found & {"sklearn", "nltk", "scipy", "joblib", "click", "training"}


def test_the_advice_for_each_extra_names_what_it_installs() -> None:
    """As pyproject.toml has it; there is nothing to install topicclf itself from but a clone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for name in extras.keys() - {"dev", "docs", "test"}:
        libraries = " ".join(re.split("[<>=]", each)[0] for each in sorted(extras[name]))
        expected = f'pip install {libraries}; in a clone of topicclf: pip install -e ".[{name}]"'
        assert how_to_install(name) == expected


_WITHOUT = """
import sys
for name in ("joblib", "nltk", "scipy", "sklearn", "threadpoolctl"):
    sys.modules[name] = None  # Importing it fails, as where it is not installed.
"""


@pytest.mark.parametrize(
    "code",
    [
        "import topicclf; print(*topicclf.predict('The navy ordered two frigates.').topics)",
        "import topicclf; print(*next(topicclf.predict_many(['Two new frigates.'])).topics)",
        "import topicclf; print(*topicclf.explain('The navy ordered two frigates.').topics)",
        "from topicclf.cli import main; sys.argv[1:] = ['predict', 'examples/article.txt']; main()",
    ],
)
def test_predicting_needs_numpy_and_click_alone(code: str) -> None:
    """In a small container, that is, which has nothing else."""
    command = [sys.executable, "-c", _WITHOUT + code]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "defence" in run.stdout


def test_importing_topicclf_imports_nothing_heavy() -> None:
    """Not even NumPy."""
    assert not _imported("import topicclf") & {"numpy", "sklearn", "nltk", "scipy", "joblib"}


def test_the_version_is_told_without_importing_click() -> None:
    """Nor anything else that costs as much as the start of Python."""
    found = _imported(
        "import sys; sys.argv[1:] = ['--version']; import topicclf.cli as c; c.main()"
    )
    assert not found & {"click", "numpy", "re", "typing", "pathlib", "importlib.metadata"}


def test_the_help_imports_no_command() -> None:
    """Nor what commands need."""
    found = _imported(
        "from topicclf.cli.group import commands; commands(['--help'], standalone_mode=False)"
    )
    assert "click" in found
    assert not found & {"numpy", "sklearn", "joblib"}


def test_the_help_of_every_command_is_instant() -> None:
    """Nothing that a command needs to run is imported to show its help."""
    found = _imported(
        "from topicclf.cli.group import COMMANDS, commands\n"
        "for name in COMMANDS: commands([name, '--help'], standalone_mode=False)"
    )
    assert "topicclf" in found
    assert not found & {"numpy", "pyarrow", "scipy", "sklearn", "joblib", "nltk", "matplotlib"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "missing.jsonl", "--out", "model"],
        ["evaluate", "shipped", "missing.jsonl:30"],
        ["compare", "shipped", "shipped", "missing.jsonl"],
        ["audit", "missing.jsonl"],
        ["suggest", "shipped", "missing.jsonl"],
    ],
)
def test_a_file_that_is_missing_is_named_at_once(arguments: list[str]) -> None:
    """Before a model is loaded, or a library that takes its time."""
    found = _imported(
        "from topicclf.cli.group import commands\n"
        f"try: commands({arguments})\n"
        "except SystemExit as end: assert end.code == 3"
    )
    assert not found & {"numpy", "scipy", "sklearn"}


@pytest.mark.parametrize("module", ["labelling.suggest", "training.run", "labelling.audit"])
def test_what_learns_is_imported_only_to_learn(module: str) -> None:
    """Choosing articles never learns, and looking at data doesn't either."""
    assert not _imported(f"import topicclf.{module}") & {"nltk", "sklearn", "joblib"}


@pytest.mark.parametrize(
    "use", ["topicclf.TopicClassifier", "import topicclf.estimator", "topicclf.train('my.jsonl')"]
)
def test_whoever_trains_without_the_libraries_is_told_what_to_install(use: str) -> None:
    """Prediction goes without them."""
    found = _imported(
        "import sys\n"
        "sys.modules |= dict.fromkeys(['sklearn', 'nltk', 'scipy', 'joblib', 'threadpoolctl'])\n"
        "import topicclf\n"
        "assert topicclf.predict('The navy ordered two frigates.').topics == ('defence',)\n"
        "try:\n"
        f"    {use}\n"
        "except topicclf.errors.MissingExtraError as error:\n"
        "    assert 'scikit-learn' in str(error) or 'pip install scipy' in str(error), error\n"
        "else:\n"
        "    raise AssertionError\n"
    )
    assert "topicclf" in found


def test_public_names_are_sorted_and_there() -> None:
    """Each name of __all__ can be had."""
    import topicclf

    assert topicclf.__all__ == sorted(topicclf.__all__)
    assert all(getattr(topicclf, name) is not None for name in topicclf.__all__)


@pytest.mark.parametrize("name", sorted(FORMER_HOMES))
def test_modules_are_still_found_by_their_former_names(name: str) -> None:
    """Old pickles and scripts name them; what they get is the module of today."""
    module, home = import_module(name), import_module(FORMER_HOMES[name])
    names = getattr(home, "__all__", ())
    assert all(getattr(module, each) is getattr(home, each) for each in names)


def test_the_module_that_predict_was_is_found_and_predict_stays_a_function() -> None:
    """Whoever imports it."""
    import topicclf

    assert import_module("topicclf.predict").shipped_file().exists()
    assert topicclf.predict("").topics == ()
