from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, final, overload

import numpy as np
from numpy.typing import NDArray

INTERFACE: int

def descend(
    values: NDArray[np.float32],
    columns: NDArray[np.int64],
    bounds: NDArray[np.int64],
    order: NDArray[np.int64],
    counts: NDArray[np.float32],
    squares: NDArray[np.float32],
    linear: bool,
    dual: NDArray[np.float32],
    weights: NDArray[np.float64],
    ends: NDArray[np.float64],
    /,
) -> None: ...

@final
class Lexicon:
    def __new__(
        cls,
        surfaces: bytes,
        terms: NDArray[np.int64],
        pairs: NDArray[np.int64],
        idf: NDArray[np.float32],
        fold: Callable[[str], bytes],
        salt: int,
    ) -> Lexicon: ...
    def number(self, texts: Iterable[str], /) -> tuple[bytes, bytes, bytes]: ...

@final
class Rows:
    def __new__(
        cls,
        lexicon: Lexicon,
        intercept: NDArray[np.float64],
        coef: NDArray[np.float32],
        idf: NDArray[np.float32],
    ) -> Rows: ...

@final
class Judge:
    def __new__(
        cls,
        rows: Rows,
        join: NDArray[np.float64],
        join_intercept: NDArray[np.float64],
        prevalence: NDArray[np.float64],
        thresholds: NDArray[np.float64],
        topics: tuple[str, ...],
    ) -> Judge: ...
    def measure(
        self,
        texts: Sequence[str],
        titles: Sequence[str] | None,
        probabilities: NDArray[np.float64],
        known: NDArray[np.int64],
        lengths: NDArray[np.int64],
        /,
    ) -> None: ...
    def without(
        self,
        terms: NDArray[np.int64],
        kept: NDArray[np.bool_],
        probabilities: NDArray[np.float64],
        /,
    ) -> None: ...
    @overload
    def answer(
        self, texts: Sequence[str], titles: Sequence[str] | None, named: Literal[True], /
    ) -> list[tuple[tuple[str, ...], dict[str, float], int, int]]: ...
    @overload
    def answer(
        self, texts: Sequence[str], titles: Sequence[str] | None, named: Literal[False], /
    ) -> list[tuple[tuple[str, ...], list[float], int, int]]: ...
    def answer_one(
        self, text: str, title: str | None, /
    ) -> tuple[tuple[str, ...], dict[str, float], int, int]: ...

@final
class Crew:
    def __new__(cls, judge: Judge, workers: int) -> Crew: ...
    def put(self, texts: Sequence[str], titles: Sequence[str] | None, /) -> bool: ...
    def take(self, named: bool, /) -> list[tuple[tuple[str, ...], Any, int, int]]: ...
    def close(self) -> None: ...

@final
class Gate:
    def __new__(cls, lists: tuple[str, ...], kinds: str) -> Gate: ...
    def is_prose(self, text: str, /) -> bool: ...
    def suspects(self, text: str, /) -> list[int] | None: ...
