"""How the service is run: models, address, limits, who may ask."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Limits", "Settings"]

_MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one process takes on.

    Attributes:
        body: Bytes of a request that is read whole.
        article: Bytes of one line of a stream.
        upload: Bytes of a file to tag or to label.
        seconds: How long a request may take; of a stream, how long either side may be silent.
        at_once: Requests that are worked on at the same time.
        waiting: Requests that wait beyond these, and as many that are still being sent; more get
            status 429.
        streams: Requests at the same time that are read piece by piece; more get status 429.
        corrections: Bytes that all corrections together may take on the disk.
        labels: Bytes that all articles to label may take on the disk, with their labels.
        jobs: Tagged files that are kept.
    """

    body: int = 32 * _MIB
    article: int = 4 * _MIB
    upload: int = 1024 * _MIB
    seconds: float = 30.0
    at_once: int = 16
    waiting: int = 64
    streams: int = 16
    corrections: int = 100 * _MIB
    labels: int = 1024 * _MIB
    jobs: int = 8


@dataclass(frozen=True)
class Settings:
    """How the service is run.

    Attributes:
        models: Model files or folders; the first answers where a request names none. Empty for the
            model that comes with topicclf.
        host: The address to bind to.
        port: The port; 0 takes a free one.
        workers: How many processes answer.
        folder: Where corrections and labels are kept.
        token: What clients have to show; None lets all in.
        names: Host names under which the service may be reached, besides addresses and localhost.
        limits: What one process takes on.
        log_texts: Whether to log the beginning of each article.
    """

    models: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    folder: Path = Path("topicclf-data")
    token: str | None = field(default=None, repr=False)
    names: frozenset[str] = frozenset()
    limits: Limits = Limits()
    log_texts: bool = False

    @property
    def open_to_others(self) -> bool:
        """Whether anybody but this machine's users can reach it.

        >>> Settings().open_to_others, Settings(host="0.0.0.0").open_to_others
        (False, True)
        """
        return bool(self.names) or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
