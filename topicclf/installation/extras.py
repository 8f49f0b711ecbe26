"""Libraries that only some uses need: imported there, with a plain word where one is missing."""

from importlib import import_module
from types import ModuleType

from topicclf.errors import MissingExtraError

__all__ = ["extra"]


def extra(module: str, *, name: str) -> ModuleType:
    """Import a module that an extra installs.

    Args:
        module: The module, such as ``"pyarrow.parquet"``.
        name: The extra, such as ``"parquet"``.

    Raises:
        MissingExtraError: It is not installed; the message says what to install.

    >>> extra("no_such_library", name="example")
    Traceback (most recent call last):
    topicclf.errors.MissingExtraError: this needs no_such_library: pip install "topicclf[example]"
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        msg = f'this needs {module.partition(".")[0]}: pip install "topicclf[{name}]"'
        raise MissingExtraError(msg) from error
