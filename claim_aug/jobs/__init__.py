"""Long work as a list of seeded jobs."""
