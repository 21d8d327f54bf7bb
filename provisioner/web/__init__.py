"""The daemon's own web server: hooks, health, metrics and status. Imported only where a server is stated, since importing takes time."""
