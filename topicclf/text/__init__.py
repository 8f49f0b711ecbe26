"""Text to words: the article, its words and sentences, and the language that it is in."""
