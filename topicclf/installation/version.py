"""Which topicclf this is."""

__all__ = ["__version__", "described"]

__version__ = "0.1.0"


def described() -> str:
    """The version, and what predictions are made with."""
    from topicclf import kernel

    return f"{__version__} ({kernel.described()})"
