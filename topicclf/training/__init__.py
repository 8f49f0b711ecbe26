"""From files of labelled articles to a model and its card on the disk.

`dataset` gathers articles and describes them, `split` holds some out, `tuning` looks for
settings, and `run` does it all. `topicclf.learning` is what happens in between; it knows no files.
"""
