"""The room that thinks: frozen values in, values out. No files, network, clock, chance or log in here."""
