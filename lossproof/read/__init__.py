"""Readers: files and texts to derivations. Untrusted as to truth; what is judged is what they make of a text."""
