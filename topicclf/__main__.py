"""``python -m topicclf``, the same as the command ``topicclf``."""

from topicclf.cli import main

if __name__ == "__main__":
    main()
