"""Examples, and the picture of an answer that README shows."""
