"""How good a model is: measures with intervals, slices, comparisons and reports."""
