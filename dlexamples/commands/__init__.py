"""One command a file, and what they share: how it is asked, what is asked for, how it is told."""
