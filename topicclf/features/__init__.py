"""Words to features: numbered words and word pairs, weighted counts, and passages."""
