"""How a model is learnt: arrays in, weights out, no files; prediction imports none of it.

`labels` reads what is known of each article, `groups` numbers articles that belong together, and
`folds` keeps a group on one side. `corpus` numbers words, `vocabulary` chooses words and pairs,
`abbreviations` those that end no sentence, and `matrices` holds features. `linear` learns one
classifier per topic and fold, `weights` brings articles and passages together, and `calibration`
turns their scores into probabilities. On out-of-fold probabilities go `thresholds` for the best F1,
`precision_recall_bounds` for a promised precision or recall, `ranks` between the two, and
`out_of_fold`, which measures. `scratch`, `text_file` and `matrix_file` keep in files what memory
cannot hold.
"""

from topicclf.installation.extras import require

require("joblib", "nltk", "scipy", "sklearn", "threadpoolctl")
