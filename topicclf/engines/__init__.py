"""Answers inside the engines that hold the articles: Spark, Dask, Ray, DuckDB, Polars.

`tagger` is the one picklable callable, from a batch of articles to a batch of answers; `reference`
points it to its model, `columns` finds the articles in a batch, and `answers` is the schema of what
comes out. Each engine has a thin module on top, which imports the engine when it is used.
"""
