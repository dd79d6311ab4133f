"""The reader of LaTeX formulas: text, under a declared notation, to the written tree."""
