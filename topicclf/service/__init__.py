"""The service: predictions, explanations, corrections and labels over HTTP, and a page."""
