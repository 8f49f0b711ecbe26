"""For people to look at: pages, pictures, tables and wording. Nothing is computed here."""
