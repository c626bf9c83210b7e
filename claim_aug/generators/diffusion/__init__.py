"""Lesion-focused diffusion: scar painted by a network that knows what surrounds it."""
