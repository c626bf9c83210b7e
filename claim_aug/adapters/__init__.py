"""What frameworks hand over and want back: arrays, tensors, subjects, dictionaries, batches; none is imported here."""
