"""How good a model is: measures with intervals, slices, comparisons and reports."""

from topicclf.installation.extras import require

require("scipy")
