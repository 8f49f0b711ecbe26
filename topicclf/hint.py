"""What to tell of a name that is not known."""

from collections.abc import Collection

__all__ = ["did_you_mean"]


def did_you_mean(name: str, known: Collection[str], *, otherwise: str) -> str:
    """The known name that is most like it, or something else where none is.

    >>> did_you_mean("trode", ["trade", "defence"], otherwise="there are two")
    "did you mean 'trade'?"
    """
    import difflib  # Slow to import, and seldom needed.

    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else otherwise
