"""One segmenter for every use: the windows it sees, its network, its training, and what it finds."""
