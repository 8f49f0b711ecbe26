"""How a model is learnt from labelled articles; prediction imports none of this.

`vocabulary` chooses words and pairs, `folds` keeps one story on one side, `labels` says what is
known; `matrices` holds features, `linear` learns one classifier per topic and fold, `weights`
brings articles and passages together, and `calibration` turns out-of-fold scores into probabilities
and thresholds. `data` reads labelled articles, `abbreviations` learns where sentences go on.
"""
