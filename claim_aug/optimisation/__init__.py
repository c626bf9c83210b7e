"""One loop for everything that is trained: plan, steps, checkpoints, log, device."""
