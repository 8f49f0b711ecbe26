"""The compiled kernel, where there is one: the whole walk from texts to probabilities, in C.

It is built when topicclf is installed and a compiler is at hand. Without it, or with
``TOPICCLF_KERNEL=off`` in the environment, the same answers come from NumPy.
"""

import os

# Not from typing, whose import would cost as much as the start of Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from topicclf.kernel._kernel import Crew, Gate, Judge, Lexicon, Rows, descend

__all__ = ["Crew", "Gate", "Judge", "Lexicon", "Rows", "available", "descend", "described"]

#: Whether the kernel is there and may be used.
available = False
if os.environ.get("TOPICCLF_KERNEL", "").lower() not in {"off", "0", "no", "false"}:
    try:
        from topicclf.kernel._kernel import Crew, Gate, Judge, Lexicon, Rows, descend

        available = True
    except ImportError:
        pass


def described() -> str:
    """What predictions are made with."""
    return "compiled kernel" if available else "NumPy path"
