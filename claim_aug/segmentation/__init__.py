"""One segmenter: what it sees, the network, how it is scored."""
