"""Documents (Markdown, LaTeX, notebooks) to derivations: their formulas, their notation, what follows what."""
