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

# As in _kernel.c: raise both when what the kernel offers, or how it is called, changes.
_INTERFACE = 2

#: Whether the kernel is there and may be used.
available = False
_why_not = ""
if os.environ.get("TOPICCLF_KERNEL", "").lower() not in {"off", "0", "no", "false"}:
    try:
        import topicclf.kernel._kernel as _kernel
    except ImportError:
        pass
    else:
        # In a clone the one that was built may be older or newer than what is beside it.
        if getattr(_kernel, "INTERFACE", 0) == _INTERFACE:
            from topicclf.kernel._kernel import Crew, Gate, Judge, Lexicon, Rows, descend

            available = True
        else:
            _why_not = " (the compiled kernel is of another version: install topicclf again)"


def described() -> str:
    """What predictions are made with."""
    return "compiled kernel" if available else f"NumPy path{_why_not}"
