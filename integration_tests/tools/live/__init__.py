"""What does the real Pinterest say to the questions that its documents leave open? For when there is an account."""
