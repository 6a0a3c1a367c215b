"""What the standards say: the words of the record, the dated values, and one module for each Standard."""
