"""The names that authors of derivation files write with, beside SymPy's own.

Untrusted: they build expressions, the reader turns these into terms and the kernel
judges. `nodes` are the SymPy classes, `names` the declarations, `functions` what lines
are built of, `chain` documents and derivations, `registry` what a file said so far.
"""

import lossproof
import lossproof.derivation as _lines  # noqa: F401  (see below)
from lossproof.vocabulary.chain import Document, derivation, quantity, step
from lossproof.vocabulary.functions import (
    D,
    delta,
    det,
    dot,
    family_of,
    for_all,
    hadamard,
    identity,
    inverse,
    logistic,
    logsumexp,
    one_hot,
    ones,
    outer,
    partial,
    prime,
    product_over,
    softmax,
    softplus,
    sum_over,
    trace,
    transpose,
    xlogy,
    zeros,
)
from lossproof.vocabulary.names import (
    complexes,
    family,
    function,
    functional,
    index,
    integers,
    matrix,
    positives,
    reals,
    scalar,
    size,
    vector,
)

__all__ = [
    "D", "Document", "complexes", "delta", "derivation", "det", "dot", "family", "family_of", "for_all", "function",
    "functional", "hadamard", "identity", "index", "integers", "inverse", "logistic", "logsumexp", "matrix",
    "one_hot", "ones", "outer", "partial", "positives", "prime", "product_over", "quantity", "reals", "scalar",
    "size", "softmax", "softplus", "step", "sum_over", "trace", "transpose", "vector", "xlogy", "zeros",
]

# Importing the module `lossproof.derivation` binds it on the package, where it would hide the
# function of that name that authors import; modules of lossproof import from it by its full name.
setattr(lossproof, "derivation", derivation)  # noqa: B010
