"""The trusted kernel: decides. It imports the ground floor and python-flint, no SymPy."""
