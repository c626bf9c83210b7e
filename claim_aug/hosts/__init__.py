"""What hosts hand over and want back: arrays, tensors, subjects, dictionaries, batches. No host is imported here."""
