"""The downstream study: does a segmenter find more of real patients' scar when synthetic scar is added?"""
