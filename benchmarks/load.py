"""Load on a service on this machine, from a process of its own.

python benchmarks/load.py ADDRESS PATH --connections 16 --seconds 2 [--rate 1000] < BODY

Without a rate each connection asks again as soon as it is answered. With one, requests are due at
fixed times, whether earlier ones have been answered or not, and their latency counts from then: a
service that stalls can't hide it. Prints one JSON object.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Outcome:
    """What became of the requests.

    Attributes:
        statuses: How many answers had each status; 0 where none came.
        latencies: Seconds to each answer of status 200.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def add(self, status: int, seconds: float) -> None:
        """Count one answer."""
        self.statuses[status] += 1
        if status == 200:
            self.latencies.append(seconds)


class Connection:
    """One connection, opened anew after a fault."""

    def __init__(self, port: int, path: str, body: bytes) -> None:
        self._port = port
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self) -> int:
        """Ask, and give the status of the answer; 0 where none comes."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(self._request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            return int(head[9:12])
        except (OSError, asyncio.IncompleteReadError, ValueError):
            self.close()
            return 0

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def as_fast_as_answered(connections: list[Connection], seconds: float) -> Outcome:
    """Let each connection ask again as soon as it is answered."""
    outcome = Outcome()
    end = time.perf_counter() + seconds

    async def ask(connection: Connection) -> None:
        while (start := time.perf_counter()) < end:
            outcome.add(await connection.ask(), time.perf_counter() - start)

    await asyncio.gather(*map(ask, connections))
    return outcome


async def at_a_rate(connections: list[Connection], seconds: float, rate: float) -> Outcome:
    """Ask at fixed times, each with the next free connection."""
    outcome = Outcome()
    due: asyncio.Queue[float] = asyncio.Queue()

    async def ask(connection: Connection) -> None:
        while (start := await due.get()) >= 0:
            outcome.add(await connection.ask(), time.perf_counter() - start)

    tasks = [asyncio.create_task(ask(each)) for each in connections]
    begin = time.perf_counter()
    for number in range(int(seconds * rate)):
        when = begin + number / rate
        if (wait := when - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        due.put_nowait(when)
    for _ in tasks:
        due.put_nowait(-1.0)
    await asyncio.gather(*tasks)
    return outcome


async def run(options: argparse.Namespace, body: bytes) -> dict[str, object]:
    """Put a service under load, and sum up what became of it."""
    port = urlsplit(options.address).port
    assert port, "give an address with a port"
    connections = [Connection(port, options.path, body) for _ in range(options.connections)]
    start = time.perf_counter()
    if options.rate:
        outcome = await at_a_rate(connections, options.seconds, options.rate)
    else:
        outcome = await as_fast_as_answered(connections, options.seconds)
    taken = time.perf_counter() - start
    for connection in connections:
        connection.close()
    ordered = sorted(outcome.latencies) or [float("nan")]
    return {
        "rate": outcome.statuses[200] / taken,
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[len(ordered) * 99 // 100],
        "statuses": dict(outcome.statuses),
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("path")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=0.0)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(run(options, sys.stdin.buffer.read()))))


if __name__ == "__main__":
    main()
