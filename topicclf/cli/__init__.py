"""The command line: one module per command, imported when that command is asked for."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; ``--version`` is answered before click is imported."""
    if sys.argv[1:] == ["--version"]:
        from topicclf.installation.version import described

        sys.stdout.write(f"topicclf {described()}\n")
        return
    from topicclf.cli.group import commands

    commands(prog_name="topicclf")
