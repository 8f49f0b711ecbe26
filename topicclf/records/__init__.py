"""Reading what people have: one record after another from files of several formats."""

from topicclf.records.options import ReadOptions
from topicclf.records.read import read_records
from topicclf.records.record import BadRecord, Record

__all__ = ["BadRecord", "ReadOptions", "Record", "read_records"]
