"""How a model is learnt from labelled articles; prediction imports none of this.

`labels` says what is known, `stories` which articles belong together, and `folds` keeps a story on
one side. `vocabulary` chooses words and pairs, `matrices` holds features, `linear` learns one
classifier per topic and fold, `weights` brings articles and passages together, and `calibration`
turns their scores into probabilities. On those of articles that were not seen go `thresholds` for
the best F1 and `promises` of a precision or a recall; `ranks` goes between ranks and thresholds,
and `out_of_fold` measures. `abbreviations` learns where sentences go on, `meanwhile` in another
process. `data` reads labelled articles, `label_fields` finds where their topics stand.
"""
