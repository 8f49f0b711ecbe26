"""How a model is learnt from labelled articles; prediction imports none of this.

words → `vocabulary` → features → `linear` (one classifier per topic and fold) → out-of-fold scores
→ `calibration` → `thresholds`; `folds` keeps one story on one side, `labels` says what is known.
"""
