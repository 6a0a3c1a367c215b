"""Two rulebooks side by side: stricter, looser, and the smallest timeline that shows it."""
