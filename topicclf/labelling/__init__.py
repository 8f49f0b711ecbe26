"""Better labels for less work: which articles to label next, and which labels to look at again."""
