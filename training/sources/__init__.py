"""Parsers, one module for each format in which articles are published."""
