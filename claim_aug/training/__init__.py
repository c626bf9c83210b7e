"""Training generators: slices with labelled scar in, a folder of weights out."""
