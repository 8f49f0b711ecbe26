"""Standard streams as they are: of any encoding, slow, or not there at all."""

import os
import sys
from typing import IO, Any

import click

from topicclf.render.wording import printable

__all__ = ["can_print", "fill_in", "is_closed", "say"]


def fill_in() -> None:
    """Make standard streams usable: missing ones lead nowhere, and no character is an error."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # The lowest free descriptor is the missing one: no other file can get it later.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if name == "stdout" else "backslashreplace")


def is_closed(stream: IO[Any]) -> bool:
    """Whether a standard stream was missing, so that what is written to it is lost."""
    return getattr(stream, "name", None) == os.devnull


def can_print(signs: str) -> bool:
    """Whether standard output's encoding has all these characters."""
    try:
        signs.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def say(message: str) -> None:
    """Print a message on standard error."""
    click.echo("topicclf: " + printable(message, keep="\n"), err=True)
