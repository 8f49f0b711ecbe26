"""What the benchmarks write into docs/: tables between marks, and pictures."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["draw_growth", "draw_speed", "put"]

_OURS, _THEIRS, _FLOOR = "#0072b2", "#8c8c8c", "#d9d9d9"


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands between a page's marks ``<!-- name -->`` and ``<!-- end name -->``.

    Raises:
        ValueError: The page has no such marks.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
    content = page.read_text("utf-8")
    if begin not in content or end not in content:
        msg = f"{page} has no marks {begin.strip()} and {end}"
        raise ValueError(msg)
    head, rest = content.split(begin, 1)
    page.write_text(head + begin + text + "\n" + end + rest.split(end, 1)[1], "utf-8")


def draw_speed(table: Mapping[str, Mapping[str, str]], path: Path) -> None:
    """Bars for the batch and for one article."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, column, title in (
        (left, "2,000 characters", "µs for 2,000 characters (less is better)"),
        (right, "batch", "MB/s in a batch (more is better)"),
    ):
        names = [name for name, row in table.items() if column in row]
        names = [name for name in names if name != "read from memory"][::-1]
        values = [float(re.split(r"\s", table[name][column])[0].replace(",", "")) for name in names]
        colours = [
            _OURS if name == "topicclf" else _FLOOR if "split" in name else _THEIRS
            for name in names
        ]
        bars = axes.barh(names, values, color=colours)
        axes.bar_label(bars, fmt="{:,.0f}", padding=3)
        axes.set_title(title, fontsize=10)
        axes.margins(x=0.15)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def draw_growth(
    curves: Sequence[tuple[str, str, Sequence[tuple[float, float]]]], path: Path
) -> None:
    """One curve each, both axes logarithmic: title, unit of the abscissa, and points."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    for axes, (title, unit, points) in zip(figure.subplots(1, len(curves)), curves, strict=True):
        x, y = zip(*points, strict=True)
        axes.loglog(x, y, marker="o", color=_OURS)
        # Whole decades, so that little growth looks like little.
        axes.set_ylim(10 ** math.floor(math.log10(min(y))), 10 ** math.ceil(math.log10(max(y))))
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(unit)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
