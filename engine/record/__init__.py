"""The record: what the case system holds, how it is read strictly, and the timeline that the judges look at."""
