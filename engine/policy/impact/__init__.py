"""Whom a candidate rulebook, or another number, would move in a caseload."""
