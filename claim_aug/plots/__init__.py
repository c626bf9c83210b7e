"""Pictures for people: bull's-eye and preview."""
