"""From files of labelled articles to a model on the disk, with the truth about it.

`dataset` gathers articles and says what it understood, `split` holds some out, `tuning` looks for
settings, and `run` does it all. `topicclf.learning` is what happens in between; it knows no files.
"""
