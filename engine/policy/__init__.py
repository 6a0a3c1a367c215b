"""Working on the rules: examples that specify them, and the synthetic caseload that they are tried on."""
