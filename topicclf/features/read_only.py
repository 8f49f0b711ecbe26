"""Dataclasses whose arrays can't be written to."""

from typing import Any

import numpy as np

__all__ = ["ReadOnlyArrays"]


class ReadOnlyArrays:
    """Makes the arrays of a dataclass read-only, also after a pickle: a model may be shared.

    The arrays that were given stay as they are; the dataclass holds views of them.
    """

    def __post_init__(self) -> None:
        self._lock()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock()

    def _lock(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                view = value.view()
                view.flags.writeable = False
                # An existing name gets another value, so that the loop may go on.
                self.__dict__[name] = view
