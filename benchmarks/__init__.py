"""What we promise about speed, measured: `make bench` prints a table. Every figure is a ratio of two things in one run, or a count."""
