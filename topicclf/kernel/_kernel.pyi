from collections.abc import Callable, Iterable, Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

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
class Scorer:
    def __new__(
        cls,
        lexicon: Lexicon,
        coef: NDArray[np.float32],
        idf: NDArray[np.float32],
        intercept: NDArray[np.float64],
        join: NDArray[np.float64],
        join_intercept: NDArray[np.float64],
        prevalence: NDArray[np.float64],
    ) -> Scorer: ...
    def judge(
        self,
        texts: Sequence[str],
        titles: Sequence[str] | None,
        probabilities: NDArray[np.float64],
        known: NDArray[np.int64],
        lengths: NDArray[np.int64],
        /,
    ) -> None: ...
    def judge_one(self, text: str, title: str | None, /) -> tuple[list[float], int, int]: ...
