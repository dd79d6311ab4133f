"""`python -m lossproof` is the command line."""

from lossproof.cli import main

if __name__ == "__main__":
    main()
