"""The command line: one module per command, imported when that command is asked for."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; ``--version`` is answered before click is imported."""
    try:
        _run()
    except KeyboardInterrupt:
        # Pressed so early that no command had begun.
        sys.exit(130)
    except OSError as error:
        # Likewise: not even the help can be written, to a full disk say.
        sys.stderr.write(f"topicclf: {error.strerror or error}\n")
        sys.exit(3)


def _run() -> None:
    if sys.argv[1:] == ["--version"] and sys.stdout is not None:
        from topicclf.installation.version import described

        sys.stdout.write(f"topicclf {described()}\n")
        sys.stdout.flush()
        return
    from topicclf.cli.group import commands
    from topicclf.cli.streams import fill_in

    fill_in()
    commands(prog_name="topicclf")
