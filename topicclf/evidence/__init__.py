"""Topics to evidence: predictions, the sentences and words behind them, and explanations."""
