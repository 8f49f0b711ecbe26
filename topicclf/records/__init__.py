"""Reading what people have: one record after another from files of several formats."""

from topicclf.records.options import ReadOptions
from topicclf.records.read import read_records
from topicclf.records.record import PAUSE, BadRecord, Pause, Record

__all__ = ["PAUSE", "BadRecord", "Pause", "ReadOptions", "Record", "read_records"]
