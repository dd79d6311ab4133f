"""SymPy that keeps what is written, for as long as one file is read.

Untrusted. Imports SymPy and the vocabulary. `evaluate(False)` alone does not do it, measured on
SymPy 1.14: `Sum` and `Integral` multiply their body by 1, merge with a sum inside, and fold a
`Piecewise` outwards (`Ne(k, p)` becomes `Ne(k, (p + 0)/1)`); `Max`, `Min`, `And` and `Or` drop
and sort arguments. So these get constructors that do nothing while evaluation is off. Modules
that a file imports are imported with evaluation on, as they were written to be.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sympy
from sympy import Tuple, evaluate
from sympy.core.parameters import global_parameters

from lossproof.vocabulary.functions import limit_of
from lossproof.vocabulary.nodes import exact
from lossproof.vocabulary.registry import wrong

_FOLDS = (sympy.Sum, sympy.Product, sympy.Integral)
_CHOICES = (sympy.Max, sympy.Min, sympy.And, sympy.Or)


@contextmanager
def as_written() -> Iterator[None]:
    """Inside the `with`, and in this thread, SymPy builds expressions as they are written; afterwards as ever."""
    before = {kind: kind.__dict__.get("__new__") for kind in (*_FOLDS, *_CHOICES)}
    real_import = builtins.__import__

    def import_evaluated(name: str, *args: Any, **kwargs: Any) -> Any:
        if name in sys.modules or not name:
            return real_import(name, *args, **kwargs)
        with evaluate(True):
            return real_import(name, *args, **kwargs)

    for kind in _FOLDS:
        kind.__new__ = _unless_evaluating(kind.__new__, _written_fold)
    for kind in _CHOICES:
        kind.__new__ = _unless_evaluating(kind.__new__, _written_choice)
    builtins.__import__ = import_evaluated
    try:
        with evaluate(False):
            yield
    finally:
        builtins.__import__ = real_import
        for kind, constructor in before.items():
            if constructor is None:
                del kind.__new__
            else:
                kind.__new__ = constructor


def _unless_evaluating(usual: Callable[..., Any], written: Callable[..., Any]) -> Callable[..., Any]:
    """A constructor that is `written` while evaluation is off and `usual` otherwise."""
    def construct(cls: Any, *args: Any, **options: Any) -> Any:
        if global_parameters.evaluate or options.get("evaluate"):
            return usual(cls, *args, **options)
        return written(cls, *args)
    return construct


def _written_fold(cls: Any, *args: Any) -> Any:
    """A Sum, Product or Integral of just these arguments; LP103 for a limit that has no bounds."""
    body, *limits = args
    if not limits:
        raise wrong("LP103", f"{cls.__name__} needs a range", f"write {cls.__name__}(..., (k, 1, K))")
    made = sympy.Expr.__new__(cls, exact(body), *(_limit(cls.__name__, limit) for limit in limits))
    made.is_commutative = True
    return made


def _limit(name: str, limit: Any) -> Any:
    if isinstance(limit, sympy.Idx) and limit.lower is not None and limit.upper is not None:
        return Tuple(limit, limit.lower, limit.upper)
    if isinstance(limit, (tuple, list, Tuple)):
        if len(limit) != 3:
            raise wrong("LP103", f"{name}: the range of `{limit[0] if limit else '?'}` needs two bounds",
                        f"write {name}(..., ({limit[0] if limit else 'k'}, 1, K))")
        return Tuple(*(exact(part) for part in limit))
    return limit_of(limit)


def _written_choice(cls: Any, *args: Any) -> Any:
    """Max, Min, And or Or of just these arguments, in their order."""
    made = sympy.Basic.__new__(cls, *(exact(a) for a in args))
    made._argset = frozenset(made.args)     # what SymPy's own methods of these classes look at
    return made
