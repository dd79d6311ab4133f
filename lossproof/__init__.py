"""lossproof checks derivations of losses and gradients, line by line.

This module is only the face that authors import from; it imports nothing itself. The
names come from `lossproof.vocabulary`, with SymPy, when the first of them is asked for.
"""

__version__ = "0.1.0"

__all__ = [
    "D", "Document", "complexes", "delta", "derivation", "det", "dot", "family", "family_of", "for_all", "function",
    "functional", "hadamard", "identity", "index", "integers", "inverse", "logistic", "logsumexp", "matrix",
    "one_hot", "ones", "outer", "partial", "positives", "prime", "product_over", "quantity", "reals", "scalar",
    "size", "softmax", "softplus", "step", "sum_over", "trace", "transpose", "vector", "xlogy", "zeros",
]


def __getattr__(name: str) -> object:
    """A name of the vocabulary; AttributeError for any other name."""
    if name not in __all__:
        raise AttributeError(f"module 'lossproof' has no attribute '{name}'")
    from lossproof import vocabulary

    found: object = getattr(vocabulary, name)
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
