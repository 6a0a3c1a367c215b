"""Judging: what an outcome is, and the judges that find it."""
