"""Locks on open files, which end with the process that has them."""

import os

__all__ = ["lock"]

# Far behind the end, so that everybody may read.
_PLACE = 1 << 40


def lock(descriptor: int) -> bool | None:
    """Lock an open file until it is closed; without waiting.

    Args:
        descriptor: The open file.

    Returns:
        Whether that could be done: false if another process or thread has the lock, None if there
        are no locks on this file system.
    """
    try:
        import fcntl
    except ImportError:
        return _lock_byte(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _lock_byte(descriptor: int) -> bool:
    import msvcrt

    os.lseek(descriptor, _PLACE, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    finally:
        os.lseek(descriptor, 0, os.SEEK_SET)
    return True
