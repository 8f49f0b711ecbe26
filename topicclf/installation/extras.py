"""Libraries that only some uses need, and what to install where one is missing."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from topicclf.errors import MissingExtraError

__all__ = ["extra", "how_to_install", "require"]

_PACKAGES = {"sklearn": "scikit-learn"}

# What each extra installs, as pyproject.toml has it, so that the advice needs no package index.
_LIBRARIES = {
    "dask": (
        "dask[dataframe,distributed]",
        "pyarrow",
    ),
    "data": (
        "pooch",
        "pyyaml",
        "tqdm",
    ),
    "documents": (
        "pypdf",
        "python-docx",
    ),
    "duckdb": (
        "duckdb",
        "pyarrow",
    ),
    "encodings": ("charset-normalizer",),
    "engines": (
        "pyspark[connect]",
        "topicclf[dask,duckdb,polars,ray,spark]",
    ),
    "frame": ("narwhals",),
    "html": (
        "lxml_html_clean",
        "trafilatura",
    ),
    "parquet": ("pyarrow",),
    "peers": (
        "fasttext",
        "spacy",
    ),
    "polars": (
        "polars",
        "pyarrow",
    ),
    "ray": (
        "pyarrow",
        "ray[data]",
    ),
    "report": ("matplotlib",),
    "serve": (
        "fastapi",
        "prometheus-client",
        "uvicorn",
    ),
    "spark": (
        "pyarrow",
        "pyspark",
    ),
    "train": ("datasketch",),
}


def extra(module: str, *, name: str) -> ModuleType:
    """Import a module that an extra installs.

    Args:
        module: The module, such as ``"pyarrow.parquet"``.
        name: The extra, such as ``"parquet"``.

    Raises:
        MissingExtraError: It is not installed; the message says what to install.

    >>> extra("no_such_library", name="documents")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    topicclf.errors.MissingExtraError: this needs no_such_library: pip install pypdf ...
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        msg = f"this needs {module.partition('.')[0]}: {how_to_install(name)}"
        raise MissingExtraError(msg) from error


def how_to_install(name: str) -> str:
    """What to type for the libraries of an extra.

    Args:
        name: The extra.
    """
    libraries = " ".join(_LIBRARIES[name])
    return f'pip install {libraries}; in a clone of topicclf: pip install -e ".[{name}]"'


def require(*modules: str) -> None:
    """Check that libraries are there, which an install without dependencies lacks.

    Args:
        modules: Their modules, such as ``"sklearn"``.

    Raises:
        MissingExtraError: Some are not installed; the message says what to install.

    >>> require("numpy", "no_such_library")
    Traceback (most recent call last):
    topicclf.errors.MissingExtraError: this needs no_such_library: pip install no_such_library
    """
    missing = [_PACKAGES.get(name, name) for name in modules if find_spec(name) is None]
    if missing:
        msg = f"this needs {', '.join(missing)}: pip install {' '.join(missing)}"
        raise MissingExtraError(msg)
