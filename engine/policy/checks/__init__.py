"""What contradicts itself in the rules, can never be, is missing or was forgotten."""
