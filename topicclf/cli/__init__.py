"""The command line: one module per command, imported when that command is asked for."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; ``--version`` is answered before click is imported."""
    if sys.argv[1:] == ["--version"]:
        from topicclf.installation.version import described

        sys.stdout.write(f"topicclf {described()}\n")
        return
    try:
        from topicclf.cli.group import commands
        from topicclf.cli.streams import fill_in

        fill_in()
        commands(prog_name="topicclf")
    except KeyboardInterrupt:
        # Pressed so early that no command had begun.
        sys.exit(130)
