"""JSON lines: one object a line."""

import io
import json
import re
from collections.abc import Iterator

from topicclf.records.decoding import Undecodable, decoded_lines
from topicclf.records.fields import FieldFinder
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record

__all__ = ["read_jsonl"]

# How an array begins that goes on on the next line.
_ARRAY = re.compile(r"\s*\[\s*(\{.*)?$", re.DOTALL)


def read_jsonl(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read a record from each line; a file that is an array is a single bad record."""
    record = FieldFinder(options).record
    lines = decoded_lines(file, name=name, encoding=options.encoding)
    for number, (raw, line) in enumerate(lines, 1):
        if isinstance(line, Undecodable):
            yield BadRecord(line.problem, name, number)
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == 1 and _ARRAY.match(line):
                problem = "the file is a JSON array; make JSON lines of it, with `jq -c '.[]'`, say"
                yield BadRecord(problem, name, number)
                return
            if line.strip():
                yield BadRecord(_complaint(error), name, number)
            elif not options.skip_blank:
                yield BadRecord("a blank line", name, number)
            continue
        if isinstance(fields, dict):
            yield record(fields, name, number, raw)
        else:
            problem = f"a JSON {type(fields).__name__}; put one object on each line"
            yield BadRecord(problem, name, number)


def _complaint(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "not JSON that can be read: it is nested too deeply"
    # JSON's own message counts lines from the start of this one.
    what = f"{error.msg} at {error.pos}" if isinstance(error, json.JSONDecodeError) else str(error)
    return f"not JSON ({what}); put one JSON object on each line"
