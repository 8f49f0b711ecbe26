"""The model file: reading and writing it. Nothing in it can run code."""

from topicclf.artifact.archive import SCHEMA, read_artifact, seal, write_artifact

__all__ = ["SCHEMA", "read_artifact", "seal", "write_artifact"]
