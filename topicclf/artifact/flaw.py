"""What makes the contents of a model file unusable."""

__all__ = ["FlawError", "require"]


class FlawError(Exception):
    """Says what is wrong; whoever knows the file says which one it is."""


def require(holds: object, flaw: str) -> None:
    """Raise a `FlawError` unless something holds."""
    if not holds:
        raise FlawError(flaw)
