"""An evaluation as files: one HTML page, and JSON."""
