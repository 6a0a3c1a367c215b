"""What people and programs are told: text, JSON with its schemas, CSV, and the page of a night."""
