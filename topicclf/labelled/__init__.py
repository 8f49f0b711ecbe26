"""Labelled articles: reading them, finding their labels, and telling which share a story."""
