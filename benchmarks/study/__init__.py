"""The study: what a start, and synthetic scar, are worth in labelled patients."""
