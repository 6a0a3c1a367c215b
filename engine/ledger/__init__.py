"""The ledger: what every night found, kept for ever; and the night that writes it."""
