"""The text that `lossproof new NAME` writes: a derivation that verifies, then every feature in comments.

Untrusted. Imports nothing. A line that begins with `#: ` explains, one that begins with `# ` is
code; each block of code works when it is uncommented alone, and all of them together
(`tests/test_template.py` does both).
"""

from __future__ import annotations

LIVE = '''\
"""{title}."""
from lossproof import D, derivation, logistic, quantity, reals

w, x, b = reals("w x b")
a = quantity("a", logistic(w*x + b))
slope = derivation("Slope of a sigmoid neuron", [
    D(a, w),
    a*(1 - a)*x,
])
'''

FEATURES = '''
#: Run `lossproof verify` on this file. What follows can be uncommented, block by block.

#: The document that the derivations come from. `cites` names rows, pages or equations of it.
# from lossproof import Document
# Document("A neuron", source="my notes, page 3", language="en")

#: Names say what they range over. latex= is how a name prints.
# from lossproof import integers, positives, scalar
# q = positives("q")
# alpha = scalar("alpha", interval=(0, 1), latex=r"\\alpha")       # open; closed=True, "left" or "right"
# y = scalar("y", values=(0, 1))
# c = scalar("c", nonzero=True)                                   # or nonnegative=, negative=, positive=
# m = integers("m", nonnegative=True)

#: A step can say why it follows, what it assumes, and how it relates to the line before (=, <, <=, >, >=, =>, <=>).
# from sympy import Rational, exp, log
# from lossproof import step
# derivation("A step with more to say", [
#     log(exp(x))/2,
#     step(Rational("0.5")*x, by="log and exp cancel"),
#     step(x, relation="<"),
# ], given=[x > 0], cites="page 3")

#: A mistake in the source, recorded on purpose: the verdict it gets, why it is wrong, what is right.
# from lossproof import step
# derivation("A mistake", [
#     (w + x)**2,
#     step(w**2 + x**2, expect="refuted", erratum="the mixed term is missing", correct=w**2 + 2*w*x + x**2),
# ], expect_claim="refuted")

#: Sizes, indices and families. Sums are SymPy's, or sum_over; k != p is exclude=p.
# from sympy import Eq, Sum
# from lossproof import family, for_all, index, product_over, size, sum_over
# K = size("K", min=2)
# k, p = index("k", K), index("p", 1, K)
# u, v = family("u v", K)
# derivation("One summand apart", [
#     Sum(u[k]*v[k], (k, 1, K)),
#     u[p]*v[p] + sum_over(k, u[k]*v[k], exclude=p),
# ])
# derivation("Under a hypothesis for every k; where=Ne(k, p) would leave p out", [
#     Sum(u[k]*v[k], (k, 1, K)),
#     Sum(u[k], (k, 1, K)),
# ], given=[for_all(k, Eq(v[k], 1)), K >= 3])
# derivation("A product", [product_over(k, u[k]*v[k]), product_over(k, u[k])*product_over(k, v[k])])

#: A quantity for every index, one-hot labels, softmax, the chain rule over a layer.
# from sympy import Sum, exp, log
# from lossproof import delta, family, index, logsumexp, one_hot, size, softmax
# n = size("n")
# i, j, h = index("i", n), index("j", n), index("h", n)
# z, t = family("z t", n)
# s = quantity("s", softmax(z, i), over=i, latex=r"\\hat{y}")
# loss = quantity("L", -Sum(t[i]*log(s[i]), (i, 1, n)), cites="equation 2")
# derivation("The error of a softmax layer", [
#     D(loss, z[j]),
#     Sum(D(loss, s[i])*D(s[i], z[j]), (i, 1, n)),
#     s[j] - t[j],
# ], given=[one_hot(t, h)])
# derivation("The delta", [D(s[i], z[j]), s[i]*(delta(i, j) - s[j])])
# derivation("By the log-sum-exp", [-log(s[j]), logsumexp(z) - z[j]])

#: Losses that are stable to compute; derivatives of functions; Piecewise, Max and Abs are SymPy's.
# from sympy import Abs, Max, exp, log
# from lossproof import prime, softplus, xlogy
# derivation("Softplus", [softplus(x), log(1 + exp(x)), Max(x, 0) + log(1 + exp(-Abs(x)))])
# derivation("Its slope", [prime(softplus)(x), logistic(x)])
# derivation("x log y, which is 0 at x = 0", [xlogy(0, 1 + exp(x)), 0])

#: Limits, with their side where the target is finite; a value put in after differentiating.
# from sympy import Limit, Subs, oo
# derivation("A limit", [Limit(logistic(x), x, oo), 1])
# derivation("From the right", [Limit(x*x/x, x, 0, "+"), 0])
# derivation("Slope at 0", [Subs(D(x**3 + x, x), x, 0), 1])
# derivation("Twice", [D(x**3, x, 2), 6*x])

#: Complex numbers, which are judged by their real and imaginary parts; nothing with branches (log, roots).
# from sympy import Abs, I, conjugate, cos, exp, sin
# from lossproof import complexes
# c1, c2 = complexes("c1 c2")
# derivation("The modulus of a product", [Abs(c1*c2)**2, Abs(c1)**2*Abs(c2)**2])
# derivation("Euler", [exp(I*x), cos(x) + I*sin(x)])
# derivation("A quotient", [Abs(c1)**2*c2/(1 + Abs(c1)**2), c1*c2*conjugate(c1)/(1 + Abs(c1)**2)])

#: Functions that stay open (smooth), and functionals of a whole family.
# from sympy import Sum
# from lossproof import family, family_of, function, functional, index, partial, prime, size
# f = function("f")
# g2 = function("g2", arity=2)
# J = functional("J")
# N = size("N")
# e, l = index("e", N), index("l", N)
# act = family("act", N)
# derivation("The chain rule", [D(f(w*x), w), prime(f)(w*x)*x])
# derivation("In two arguments", [D(g2(x, x), x), prime(g2, 1, 0)(x, x) + prime(g2, 0, 1)(x, x)])
# derivation("Through a layer", [
#     D(J(family_of(x*act[e], e)), x),
#     Sum(partial(J, family_of(x*act[l], l), e)*act[e], (e, 1, N)),
# ])

#: Vectors (columns) and matrices; f(v) acts on every entry. inverse(M) and det(M) are read as well.
# from lossproof import dot, hadamard, identity, matrix, ones, outer, prime, size, trace, transpose, vector, zeros
# P, R = size("P R")
# A, B = matrix("A", P, R), matrix("B", R, P)
# M = matrix("M", P, P)      # symmetric=True, invertible=True, orthogonal=True, ...
# a0, b0 = vector("a0", R), vector("b0", P)
# Z = quantity("Z", A @ a0 + b0)
# derivation("The transpose of a product", [(A @ B).T, transpose(B) @ A.T])
# derivation("Identity and zeros", [M.T @ (b0 + zeros(P)), identity(P) @ M.T @ b0])
# derivation("The sum of entries", [dot(ones(P), b0), dot(b0, ones(P))])
# derivation("Trace", [trace(A @ B), trace(B @ A)])
# derivation("Slope in a vector", [D(dot(a0, a0), a0), 2*a0])
# derivation("Backwards through a layer", [D(dot(Z, Z)/2, A), outer(Z, a0)])
# derivation("Elementwise", [logistic(Z) - hadamard(logistic(Z), logistic(Z)), prime(logistic)(Z)])
'''


def template(title: str) -> str:
    """The text of a new derivation file about `title`, which may be any text."""
    said = " ".join(title.split()).replace("\\", "\\\\").replace('"', '\\"').rstrip(".") or "A derivation"
    return LIVE.replace("{title}", said) + FEATURES
