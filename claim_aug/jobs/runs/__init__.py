"""A data set as a list of jobs: what is to be made, who makes it, and the manifest of what is there."""
