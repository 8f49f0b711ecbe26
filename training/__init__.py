"""How the shipped model is made; the library knows nothing of it."""
