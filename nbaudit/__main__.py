"""`python -m nbaudit`."""

from nbaudit.cli import main

if __name__ == "__main__":
    main()
