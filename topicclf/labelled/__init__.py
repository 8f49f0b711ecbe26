"""Labelled articles: reading them, their labels and fields, and which of them share a story."""
