"""`python -m provisioner` is the command `provisioner`."""

from provisioner.cli import main

if __name__ == "__main__":
    main()
