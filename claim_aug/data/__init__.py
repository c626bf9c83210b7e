"""Files in and out: voxels, cases, staging, provenance."""
