"""The whole rulebook as one relational plan: duties are rows, and every step judges all of them over the whole caseload."""
