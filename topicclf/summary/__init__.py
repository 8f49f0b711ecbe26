"""What a stream of tagged articles holds: counts, topics over time, and examples."""
