"""Untrusted: proposes points and lines; the judge decides about each of them."""
