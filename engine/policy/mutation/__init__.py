"""Small mistakes made in the rules on purpose: which examples notice them, and the example that is missing."""
