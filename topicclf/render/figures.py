"""The pictures of an evaluation; needs matplotlib, extra ``[report]``.

The colours of Okabe and Ito differ for people with any colour vision, and no picture says anything
by colour alone.
"""

import io
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.confusion import Confusion
from topicclf.evaluation.intervals import Estimate, wilson
from topicclf.render.wording import shortened, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST_TOPICS", "confusion_picture", "estimates_picture", "svg", "topic_picture"]

BLUE, ORANGE, GREY, FAINT = "#0072B2", "#D55E00", "#666666", "#dddddd"
# Cells from the paper's colour, whichever that is, to one that white stands out from in both.
_CELLS = LinearSegmentedColormap.from_list("cells", [(*to_rgb(BLUE), 0.0), (*to_rgb(BLUE), 1.0)])
_ON_BLUE = "#fafafa"
# In the dark, paper and ink change places, and the colours become as light as look.css has them.
# What knows no such style sheet shows the picture in its own colours.
_IN_THE_DARK = {
    "#ffffff": "#14161a", "#000000": "#e6e8eb", BLUE.lower(): "#6cb6ff", ORANGE.lower(): "#ff9d5c",
    GREY: "#a3aab5", FAINT: "#363b44",
}  # fmt: skip
_STYLE: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    # Looking for a free place takes a tenth of the time.
    "axes.titley": 1.0,
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "font.family": ["DejaVu Sans", "sans-serif"],
    # Letters stay letters, so that the reader's own fonts show names in any script.
    "svg.fonttype": "none",
    # Names of topics and sources aren't formulas, whatever characters they have.
    "text.parse_math": False,
    # The same evaluation gives the same bytes.
    "svg.hashsalt": "topicclf",
}
# Text stays readable where the curve of a bad model passes behind it.
_OVER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
_BINS = 10
_NAME_SHOWN = 30
# The inches that a letter of a name takes, and a little more.
_LETTER = 0.075
#: Of how many topics to show what they are taken for.
MOST_TOPICS = 20


def topic_picture(answers: Answers, topic: str) -> Figure:
    """One topic: precision-recall curve, reliability diagram and histograms, side by side."""
    column = answers.topics.index(topic)
    known = answers.labels[:, column] >= 0
    yes = answers.labels[known, column] == 1
    probability = answers.probability[known, column]
    threshold = float(answers.thresholds[column])
    with rc_context(_STYLE):
        # It shows no names of topics, so that it needs no constrained layout, which takes
        # longer than the drawing.
        figure = Figure(figsize=(10.5, 3.4))
        axes = figure.subplot_mosaic([["curve", "said", "with"], ["curve", "said", "without"]])
        figure.subplots_adjust(0.05, 0.14, 0.99, 0.92, wspace=0.3, hspace=0.3)
        _precision_recall(axes["curve"], probability, yes, threshold)
        _reliability(axes["said"], probability, yes)
        _histogram(axes["with"], probability[yes], BLUE, threshold)
        _histogram(axes["without"], probability[~yes], ORANGE, threshold)
        axes["with"].set_title(f"Articles with it: {int(yes.sum()):,}")
        axes["without"].set_title(f"Articles without it: {int((~yes).sum()):,}")
        axes["with"].tick_params(labelbottom=False)
        axes["without"].set_xlabel("stated probability (dashed: the threshold)")
    return figure


def _precision_recall(
    axes: "Axes", probability: NDArray[np.float64], yes: NDArray[np.bool_], threshold: float
) -> None:
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    axes.set_title("Precision and recall")
    if not yes.any():
        axes.text(0.5, 0.5, "no article carries it", ha="center", color=GREY)
        return
    precision, recall, _ = precision_recall_curve(yes, probability)
    axes.step(recall, precision, where="post", color=BLUE)
    tagged = probability >= threshold
    share = float(yes.mean())
    axes.axhline(share, color=GREY, linestyle=":", linewidth=1)
    over = share < 0.85
    axes.annotate(
        f"guessing: {share:.2f}",
        (0.02, share),
        xytext=(0, 3 if over else -3),
        textcoords="offset points",
        va="bottom" if over else "top",
        color=GREY,
        fontsize=8.5,
    )
    if tagged.any():
        point = float(yes[tagged].sum() / yes.sum()), float(yes[tagged].mean())
        axes.plot(*point, "o", color=ORANGE, markersize=8, clip_on=False, zorder=3)
        axes.annotate(
            f"threshold {threshold:.2g}\nprecision {point[1]:.2f}, recall {point[0]:.2f}",
            point,
            # The corner below the curve is the empty one.
            xytext=(0.05, 0.42),
            textcoords="axes fraction",
            color=ORANGE,
            fontsize=8.5,
            arrowprops={"arrowstyle": "-", "color": ORANGE, "shrinkB": 5},
            bbox=_OVER,
        )
    else:
        axes.text(
            0.5, 0.5, f"the threshold {threshold:.2g} tags nothing", ha="center", color=ORANGE,
            bbox=_OVER,
        )  # fmt: skip


def _reliability(axes: "Axes", probability: NDArray[np.float64], yes: NDArray[np.bool_]) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that carries it")
    axes.set_xlabel("stated probability (bars: 95 % intervals)")
    axes.set_title("Do probabilities mean what they say?")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    place = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    bins = [place == number for number in np.unique(place).tolist()]
    stated = [float(probability[inside].mean()) for inside in bins]
    ends = [wilson(int(yes[inside].sum()), int(inside.sum()), level=0.95) for inside in bins]
    low, high = zip(*ends, strict=True) if ends else ((), ())
    axes.vlines(stated, low, high, color=BLUE, linewidth=1.5, alpha=0.6)
    axes.plot(
        stated, [yes[inside].mean() for inside in bins], "o", color=BLUE, markersize=5,
        clip_on=False,
    )  # fmt: skip


def _histogram(
    axes: "Axes", probability: NDArray[np.float64], colour: str, threshold: float
) -> None:
    counts, edges = np.histogram(probability, 2 * _BINS, (0, 1))
    axes.stairs(counts, edges, fill=True, color=colour)
    axes.axvline(threshold, color="black", linestyle="--", linewidth=1)
    axes.set(xlim=(0, 1), ylabel="articles")
    if not len(probability):
        axes.set_yticks([])
    else:
        # Most articles are at the ends; a logarithmic scale shows those between.
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.minorticks_off()
        axes.set_ylim(bottom=0.7)


def estimates_picture(estimates: Mapping[str, Estimate], *, label: str) -> Figure:
    """Measures with their intervals, one below the other.

    Args:
        estimates: The measures by name, first one on top.
        label: What they measure.
    """
    names, room = _names(estimates)
    with rc_context(_STYLE):
        figure = Figure(figsize=(6.2 + room, 0.9 + 0.3 * len(names)), layout="constrained")
        axes = figure.subplots()
        for place, estimate in enumerate(estimates.values()):
            axes.plot([estimate.low, estimate.high], [place, place], color=BLUE, linewidth=2)
            axes.plot(estimate.value, place, "o", color=BLUE, markersize=6, clip_on=False)
            if not np.isnan(estimate.value):
                axes.annotate(
                    f"{estimate.value:.3f}", (1.01, place), xycoords=("axes fraction", "data"),
                    va="center", fontsize=8.5, annotation_clip=False,
                )  # fmt: skip
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel=label, ylim=(len(names) - 0.4, -0.6))
        axes.set_xlim(right=1.005)
        axes.grid(axis="x", color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
    return figure


def confusion_picture(confusion: Confusion) -> Figure:
    """Which topics are taken for which; of many topics, those with the most mistakes."""
    total = (
        confusion.taken_for.sum(0) + confusion.taken_for.sum(1) + confusion.missed + confusion.added
    )
    kept = np.sort(np.argsort(-total, kind="stable")[:MOST_TOPICS])
    names, room = _names([*(confusion.topics[i] for i in kept), "nothing"])
    n = len(kept)
    cells = np.zeros((n + 1, n + 1), int)
    cells[:n, :n] = confusion.taken_for[np.ix_(kept, kept)]
    cells[:n, n] = confusion.missed[kept]
    cells[n, :n] = confusion.added[kept]
    with rc_context({**_STYLE, "axes.spines.left": False, "axes.spines.bottom": False}):
        side = 0.6 + room + 0.55 * (n + 1)
        figure = Figure(figsize=(side + 0.6, side), layout="constrained")
        axes = figure.subplots()
        most = max(int(cells.max()), 1)
        axes.imshow(cells, cmap=_CELLS, vmin=0, vmax=most)
        for row in range(n + 1):
            for column in range(n + 1):
                possible = row != column
                axes.text(
                    column, row, str(cells[row, column]) if possible else "·", ha="center",
                    va="center", fontsize=9,
                    color=_ON_BLUE if cells[row, column] > 0.5 * most else "black",
                )  # fmt: skip
        axes.set_xticks(range(n + 1), names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(n + 1), names)
        axes.tick_params(length=0)
        axes.set(xlabel="tagged in its place", ylabel="carried and missed")
    return figure


def _names(names: Iterable[str]) -> tuple[list[str], float]:
    """Names as labels of an axis, and the inches that they need."""
    shown = [shortened(name, _NAME_SHOWN) for name in names]
    return shown, _LETTER * max(map(width, shown))


def svg(figure: Figure) -> bytes:
    """A picture as SVG, light or dark as its reader prefers; the same one gives the same bytes."""
    buffer = io.BytesIO()
    with rc_context(_STYLE), warnings.catch_warnings():
        # They are missing only here, where widths are measured.
        warnings.filterwarnings("ignore", r"Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    head, defs, rest = buffer.getvalue().partition(b"<defs>")
    return head + _dark_style() + defs + rest


@cache
def _dark_style() -> bytes:
    # What is black has no colour of its own.
    rules = [f"text:not([style*='fill:']) {{ fill: {_IN_THE_DARK['#000000']}; }}"]
    rules += [
        f"[style*='{part}: {light}'] {{ {part}: {dark} !important; }}"
        for light, dark in _IN_THE_DARK.items()
        for part in ("fill", "stroke")
    ]
    return f"<style>@media (prefers-color-scheme: dark) {{ {' '.join(rules)} }}</style>".encode()
