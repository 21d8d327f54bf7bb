"""What is kept across restarts, in one SQLite file. It stores and gives back; it decides nothing."""
