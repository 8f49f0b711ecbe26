"""Features to topics: a score for the article and its passages, joined to a probability."""
