"""Settings from a file or from flags, secrets from files and the environment. Reads; decides nothing about dashboards."""
