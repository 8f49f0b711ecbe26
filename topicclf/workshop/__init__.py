"""The workshop: from files of labelled articles to a model on the disk, with the truth about it.

`dataset` gathers articles and says what it understood, `groups` finds those that tell one story,
`split` holds some out, `tuning` looks for settings, `card` writes the model card, and `train` does
it all. `topicclf.learning` is what happens in between; it knows nothing of files.
"""
