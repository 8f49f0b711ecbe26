"""Writing answers: rows in several formats, into a file that is whole or not there."""
