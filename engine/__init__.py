"""What Kept does: read records, hold duties, judge, remember and report. It names no clause and imports no rule."""
