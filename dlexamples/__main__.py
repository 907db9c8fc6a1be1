"""`python -m dlexamples` does what `dlexamples` does."""

from dlexamples.cli import main

if __name__ == "__main__":
    main()
