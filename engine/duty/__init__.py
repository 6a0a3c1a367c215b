"""Duties: the language they are declared in, the values they refer to, the rulebook they make, and their plain English."""
