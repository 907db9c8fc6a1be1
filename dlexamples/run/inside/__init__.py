"""What lies in the process of the blocks. Standard library only, and relative imports only: it is loaded as a package
named `inside`, apart from dlexamples, and taken out of `sys.modules` before a block runs."""
