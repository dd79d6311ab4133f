"""The rows of the five documents, each formula written out in the text form. Not a test itself.

What a row holds is written here from the documents' inventory and compared with the derivation files by
`test_inventory`, so that `cites` in a file cannot claim what is not there. Names may differ from the file's: `names`
of a document says which is which. Bound names need not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Symbols = Mapping[str, Mapping[str, object]]

ONE_HOT = "ForAll(Eq(y[k], KroneckerDelta(k, p)), (k, 1, K))"
SUM_TO_ONE = "Eq(Sum(y[m], (m, 1, K)), 1)"


@dataclass(frozen=True, slots=True)
class Chain:
    """A derivation of a row: its lines (a relation other than = stands before its line), and what must come out.

    `given` holds for the whole chain, `later` for single lines by number. `refuted` are the numbers of the lines that
    do not follow; `claim` is the verdict of first against last line where it is asked for.
    """

    lines: tuple[str, ...]
    given: tuple[str, ...] = ()
    later: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    refuted: frozenset[int] = frozenset()
    claim: str | None = "proved"


def chain(*lines: str, given: tuple[str, ...] = (), later: Mapping[int, tuple[str, ...]] | None = None,
          refuted: tuple[int, ...] = (), claim: str = "proved") -> Chain:
    """A chain; the claim is asked for where there is more than one step."""
    return Chain(lines, given, later or {}, frozenset(refuted), claim if len(lines) > 2 else None)


@dataclass(frozen=True, slots=True)
class Source:
    """A document: declarations, quantities (`a[n]` runs over the index n) and rows.

    `defined` says which quantities a row is about; `names` maps names here to names in the file.
    """

    file: str
    symbols: Symbols
    quantities: Mapping[str, str]
    defined: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, tuple[Chain, ...]]
    names: Mapping[str, str] = field(default_factory=dict)


REAL: Mapping[str, object] = {"kind": "scalar"}
SIZE: Mapping[str, object] = {"kind": "size"}


def _index(upto: str) -> Mapping[str, object]:
    return {"kind": "index", "upto": upto}


def _family(*shape: str, **more: object) -> Mapping[str, object]:
    return {"kind": "indexed", "shape": shape, **more}


A = Source(
    "sigmoid_quadratic_vs_cross_entropy.py",
    symbols=dict.fromkeys(("w", "x", "b", "y", "t"), REAL),
    quantities={
        "z": "w*x + b",
        "a": "logistic(z)",
        "quadratic": "(a - y)**2/2",
        "entropy": "-y*log(a) - (1 - y)*log(1 - a)",
    },
    names={"quadratic": "c_q", "entropy": "c_e"},
    defined={"A1": ("z", "a"), "A3": ("quadratic",), "A5": ("entropy",)},
    rows={
        "A2": (chain("Prime(logistic, t)", "Derivative(1/(1 + exp(-t)), t)", "logistic(t)*(1 - logistic(t))"),),
        "A3": (chain(
            "Derivative(quadratic, w)",
            "(a - y)*Derivative(a, w)",
            "(a - y)*Derivative(logistic(w*x + b), w)",
            "(a - y)*Prime(logistic, z)*x"),),
        "A4": (chain(
            "Derivative(quadratic, b)",
            "(a - y)*Derivative(a, b)",
            "(a - y)*Derivative(logistic(w*x + b), b)",
            "(a - y)*Prime(logistic, z)"),),
        "A5": (chain(
            "Derivative(entropy, w)",
            "-(y/a - (1 - y)/(1 - a))*Derivative(logistic(z), w)",
            "-(y/a - (1 - y)/(1 - a))*Prime(logistic, z)*x",
            "-(y/logistic(z) - (1 - y)/(1 - logistic(z)))*logistic(z)*(1 - logistic(z))*x",
            "-(((1 - logistic(z))*y - logistic(z)*(1 - y))/(logistic(z)*(1 - logistic(z))))"
            "*logistic(z)*(1 - logistic(z))*x",
            "(logistic(z) - y)*x"),),
        "A6": (chain("Derivative(entropy, b)", "logistic(z) - y"),),
        "A7": (
            chain("Derivative(quadratic, w)", "Prime(logistic, z)*((a - y)*x)"),
            chain("Limit(Derivative(quadratic, w), z, oo)", "0"),
            chain("Limit(Derivative(quadratic, w), z, -oo)", "0"),
            chain("Limit(Derivative(quadratic, b), z, oo)", "0"),
            chain("Limit(Derivative(quadratic, b), z, -oo)", "0")),
        "A8": (
            chain("Derivative(entropy, w)", "(logistic(z) - y)*x"),
            chain("Limit(Derivative(entropy, b), z, -oo)", "-1", given=("Eq(y, 1)",))),
    })

B = Source(
    "binary_cross_entropy_labels.py",
    symbols={
        "y": {"kind": "scalar", "values": ["0", "1"]},
        "yhat": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
        "s": REAL,
        "sign": {"kind": "scalar", "values": ["-1", "1"]},
        "between": {"kind": "scalar", "interval": ["-1", "1"], "closed": False},
        "n": SIZE, "d": SIZE, "i": _index("n"), "j": _index("d"),
        "w": _family("d"), "b": REAL, "x": _family("n", "d"), "label": _family("n"),
    },
    quantities={
        "P": "yhat**y*(1 - yhat)**(1 - y)",
        "L": "-(y*log(yhat) + (1 - y)*log(1 - yhat))",
        "predicted": "1/(1 + exp(-s))",
        "scored": "-(y*log(predicted) + (1 - y)*log(1 - predicted))",
        "P_sign": "logistic(sign*s)",
        "t": "(sign + 1)/2",
        "t_between": "(between + 1)/2",
        "u": "sign*s",
        "L_u": "log(1 + exp(-u))",
        "z[i]": "Sum(w[j]*x[i, j], (j, 1, d)) + b",
        "J": "-1/n*Sum(label[i]*log(logistic(z[i])) + (1 - label[i])*log(1 - logistic(z[i])), (i, 1, n))",
    },
    names={"sign": "r", "between": "v", "label": "y_n", "predicted": "yhat_s", "scored": "L_s", "P_sign": "P_r",
           "t_between": "t_v"},
    defined={"B1": ("P",), "B2": ("L",), "B3": ("predicted", "scored"), "B6": ("P_sign",), "B7": ("t", "t_between"),
             "B8": ("u", "L_u"), "B9": ("z", "J")},
    rows={
        "B1": (
            chain("P", "yhat", given=("Eq(y, 1)",)),
            chain("P", "1 - yhat", given=("Eq(y, 0)",))),
        "B2": (
            chain("log(P)", "log(yhat**y*(1 - yhat)**(1 - y))", "y*log(yhat) + (1 - y)*log(1 - yhat)"),
            chain("L", "-log(P)")),
        "B3": (
            chain("L", "-log(yhat)", given=("Eq(y, 1)",)),
            chain("scored", "-log(predicted)", "log(1 + exp(-s))", given=("Eq(y, 1)",))),
        "B4": (
            chain("L", "-log(1 - yhat)", given=("Eq(y, 0)",)),
            chain("scored", "-log(1 - predicted)", "log(1 + exp(s))", given=("Eq(y, 0)",))),
        "B5": (
            chain("Derivative(scored, s)", "< 0", given=("Eq(y, 1)",)),
            chain("Derivative(scored, s)", "> 0", given=("Eq(y, 0)",)),
            chain("scored", "> 0")),
        "B6": (
            chain("-log(P_sign)", "-log(logistic(sign*s))", "-log(1/(1 + exp(-sign*s)))", "log(1 + exp(-sign*s))"),
            chain("logistic(-s)", "1 - logistic(s)"),
            chain("P_sign", "logistic(s)", given=("Eq(sign, 1)",)),
            chain("P_sign", "1 - logistic(s)", given=("Eq(sign, -1)",))),
        "B7": (
            chain("-(t*log(logistic(s)) + (1 - t)*log(1 - logistic(s)))", "log(1 + exp(-sign*s))",
                  given=("Eq(sign, -1)",)),
            chain("-(t*log(logistic(s)) + (1 - t)*log(1 - logistic(s)))", "log(1 + exp(-sign*s))",
                  given=("Eq(sign, 1)",)),
            chain("-(t_between*log(logistic(s)) + (1 - t_between)*log(1 - logistic(s)))",
                  "log(1 + exp(-between*s))", refuted=(2,))),
        "B8": (
            chain("Limit(L_u/(-u), u, -oo)", "1"),
            chain("Limit(L_u - (-u), u, -oo)", "0")),
        "B9": (
            chain(
                "Derivative(J, w[j])",
                "-1/n*Sum((label[i]/logistic(z[i]) - (1 - label[i])/(1 - logistic(z[i])))"
                "*Derivative(logistic(z[i]), w[j]), (i, 1, n))",
                "1/n*Sum(x[i, j]*(logistic(z[i]) - label[i]), (i, 1, n))"),
            chain(
                "Derivative(J, b)",
                "-1/n*Sum((label[i]/logistic(z[i]) - (1 - label[i])/(1 - logistic(z[i])))"
                "*Derivative(logistic(z[i]), b), (i, 1, n))",
                "1/n*Sum(logistic(z[i]) - label[i], (i, 1, n))")),
        "B10": (
            chain("Abs(Derivative(J, w[j]))", "Abs(1/n*Sum(x[i, j]*(logistic(z[i]) - label[i]), (i, 1, n)))",
                  "Abs(x[1, j])*Abs(logistic(z[1]) - label[1])", given=("Eq(n, 1)",)),
            chain("Abs(Derivative(J, b))", "Abs(1/n*Sum(logistic(z[i]) - label[i], (i, 1, n)))",
                  "Abs(logistic(z[1]) - label[1])", given=("Eq(n, 1)",))),
    })

_CORRECTED = "-2*yhat[p]*((1 - yhat[p])**2 + Sum(yhat[k]**2, (k, 1, K), Ne(k, p)))"
C = Source(
    "softmax_cross_entropy_vs_squared_error.py",
    symbols={
        "K": SIZE, "m": SIZE, "k": _index("K"), "p": _index("K"), "j": _index("K"), "i": _index("m"),
        "y": _family("K"), "positive": _family("K", assume=["positive"]), "free": _family("K"), "z": _family("K"),
        "L": {"kind": "function", "arity": 2}, "theta": REAL,
    },
    quantities={
        "mean": "1/m*Sum(L(i, theta), (i, 1, m))",
        "yhat[k]": "softmax(z, k)",
        "entropy": "-Sum(y[k]*log(yhat[k]), (k, 1, K))",
        "squared": "Sum((y[k] - yhat[k])**2, (k, 1, K))",
    },
    names={"positive": "q", "free": "r", "L": "ell", "mean": "l", "entropy": "L_ce", "squared": "L_se"},
    defined={"C3": ("mean",), "C7": ("yhat",), "C9": ("entropy",), "C10": ("squared",)},
    rows={
        "C1": (chain("-Sum(y[k]*log(positive[k]), (k, 1, K))", "-y[p]*log(positive[p])", "-log(positive[p])",
                     given=(ONE_HOT,)),),
        "C2": (chain("Sum((y[k] - free[k])**2, (k, 1, K))",
                     "(1 - free[p])**2 + Sum(free[k]**2, (k, 1, K), Ne(k, p))", given=(ONE_HOT,)),),
        "C3": (chain("Derivative(mean, theta)", "1/m*Sum(Derivative(L(i, theta), theta), (i, 1, m))"),),
        "C4": (
            chain("Sum((y[k] - free[k])**2, (k, 1, K))", ">= 0"),
            chain("-Sum(y[k]*log(positive[k]), (k, 1, K))", ">= 0",
                  given=(ONE_HOT, "ForAll(positive[k] <= 1, (k, 1, K))")),
            chain("Sum((y[k] - free[k])**2, (k, 1, K))", "0", given=("ForAll(Eq(free[k], y[k]), (k, 1, K))",)),
            chain("-log(positive[p])", "0", given=("Eq(positive[p], 1)",))),
        "C5": (
            chain("Sum(free[k]**2, (k, 1, K), Ne(k, p)) - (1 - free[p])**2/(K - 1)",
                  "Sum((free[k] - (1 - free[p])/(K - 1))**2, (k, 1, K), Ne(k, p))", ">= 0",
                  given=("Eq(Sum(free[k], (k, 1, K)), 1)", "K >= 2")),
            chain("Derivative(-Sum(y[k]*log(positive[k]), (k, 1, K)), positive[j])", "0",
                  given=(ONE_HOT, "Ne(j, p)"))),
        "C6": (
            chain("(1 - 0.8)**2 + (0 - 0.1)**2 + (0 - 0.1)**2", "3/50", "< 13/200",
                  "(1 - 0.8)**2 + (0 - 0.15)**2 + (0 - 0.05)**2"),
            chain("-(1*log(0.8) + 0*log(0.1) + 0*log(0.1))", "-(1*log(0.8) + 0*log(0.15) + 0*log(0.05))")),
        "C7": (
            chain("yhat[p]", "exp(z[p])/Sum(exp(z[k]), (k, 1, K))"),
            chain("0", "< yhat[p]", "< 1", given=("K >= 2",)),
            chain("Sum(yhat[k], (k, 1, K))", "1")),
        "C8": (
            chain("Derivative(yhat[p], z[p])", "yhat[p]*(1 - yhat[p])"),
            chain("Derivative(yhat[k], z[p])", "-yhat[k]*yhat[p]", given=("Ne(k, p)",))),
        "C9": (
            chain("Derivative(entropy, yhat[p])", "-1/yhat[p]", given=(ONE_HOT,)),
            chain("Derivative(entropy, z[p])", "Derivative(entropy, yhat[p])*Derivative(yhat[p], z[p])",
                  "yhat[p] - 1", given=(ONE_HOT,))),
        "C10": (chain("Derivative(squared, yhat[p])", "-2*(1 - yhat[p])", "2*(yhat[p] - 1)", given=(ONE_HOT,)),),
        "C11": (
            chain("Derivative(squared, z[p])", "Derivative(squared, yhat[p])*Derivative(yhat[p], z[p])",
                  "-2*yhat[p]*(1 - yhat[p])**2", given=(ONE_HOT,), refuted=(2,), claim="refuted"),
            chain("Derivative(squared, z[p])",
                  "Sum(Derivative(squared, yhat[k])*Derivative(yhat[k], z[p]), (k, 1, K))", _CORRECTED,
                  given=(ONE_HOT,))),
        "C12": (
            chain("Limit(Derivative(squared, z[p]), z[p], -oo)", f"Limit({_CORRECTED}, z[p], -oo)", "0",
                  given=(ONE_HOT, "K >= 2")),
            chain("Limit(Derivative(entropy, z[p]), z[p], -oo)", "Limit(yhat[p] - 1, z[p], -oo)", "-1",
                  given=(ONE_HOT, "K >= 2"))),
    })

_SLOPE = "(y[i]/logistic(z[i]) - (1 - y[i])/(1 - logistic(z[i])))"
D = Source(
    "multi_input_neuron.py",
    symbols={
        "n": SIZE, "d": SIZE, "i": _index("n"), "j": _index("d"), "w": _family("d"), "x": _family("n", "d"),
        "y": _family("n"), "b": REAL, "label": REAL,
        "a_free": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
    },
    quantities={
        "z[i]": "Sum(w[j]*x[i, j], (j, 1, d)) + b",
        "a[i]": "logistic(z[i])",
        "C": "-1/n*Sum(y[i]*log(a[i]) + (1 - y[i])*log(1 - a[i]), (i, 1, n))",
    },
    names={"label": "t", "a_free": "alpha"},
    defined={"D1": ("z", "a", "C")},
    rows={
        "D2": (chain("C", ">= 0", given=("ForAll(y[i] >= 0, (i, 1, n))", "ForAll(y[i] <= 1, (i, 1, n))")),),
        "D3": (
            chain("Limit(-(label*log(a_free) + (1 - label)*log(1 - a_free)), a_free, 0, '+')", "0",
                  given=("Eq(label, 0)",)),
            chain("Limit(-(label*log(a_free) + (1 - label)*log(1 - a_free)), a_free, 1, '-')", "0",
                  given=("Eq(label, 1)",))),
        "D4": (chain(
            "Derivative(C, w[j])",
            f"-1/n*Sum({_SLOPE}*Derivative(logistic(z[i]), w[j]), (i, 1, n))",
            f"-1/n*Sum({_SLOPE}*Prime(logistic, z[i])*x[i, j], (i, 1, n))",
            "1/n*Sum(Prime(logistic, z[i])*x[i, j]/(logistic(z[i])*(1 - logistic(z[i])))*(logistic(z[i]) - y[i]),"
            " (i, 1, n))",
            "1/n*Sum(x[i, j]*(logistic(z[i]) - y[i]), (i, 1, n))"),),
        "D5": (chain("Derivative(C, b)", "1/n*Sum(logistic(z[i]) - y[i], (i, 1, n))"),),
    })


def _vector(size: str) -> Mapping[str, object]:
    return {"kind": "vector", "shape": [size]}


def _matrix(rows: str, columns: str) -> Mapping[str, object]:
    return {"kind": "matrix", "shape": [rows, columns]}


E = Source(
    "backpropagation_cross_entropy.py",
    # below, here and next are the layers l-1, l and l+1, of widths R, P and Q
    symbols={
        "K": SIZE, "n": _index("K"), "m": _index("K"), "z": _vector("K"), "y": _vector("K"),
        "P": SIZE, "Q": SIZE, "R": SIZE, "g": _index("P"), "h": _index("Q"), "r": _index("R"),
        "f": {"kind": "function"}, "a_below": _vector("R"), "W": _matrix("P", "R"), "b": _vector("P"),
        "W_next": _matrix("Q", "P"), "b_next": _vector("Q"), "target": _vector("Q"), "G": {"kind": "functional"},
    },
    quantities={
        "a[n]": "exp(z[n])/Sum(exp(z[m]), (m, 1, K))",
        "J": "-Sum(y[m]*log(a[m]), (m, 1, K))",
        "delta[n]": "Derivative(J, z[n])",
        "a_vec": "FamilyOf(softmax(z, n), (n, 1, K))",
        "z_here[g]": "Sum(W[g, r]*a_below[r], (r, 1, R)) + b[g]",
        "a_here[g]": "f(z_here[g])",
        "z_next[h]": "Sum(W_next[h, g]*a_here[g], (g, 1, P)) + b_next[h]",
        "a_next[h]": "f(z_next[h])",
        "quadratic": "1/2*Sum((a_next[h] - target[h])**2, (h, 1, Q))",
        "Z_here": "W@a_below + b",
        "A_here": "f(Z_here)",
        "Z_next": "W_next@A_here + b_next",
        "A_next": "f(Z_next)",
        "quadratic_vec": "1/2*Sum((A_next[h] - target[h])**2, (h, 1, Q))",
        "s[n]": "logistic(z[n])",
        "several": "-Sum(y[m]*log(s[m]) + (1 - y[m])*log(1 - s[m]), (m, 1, K))",
    },
    names={"a_below": "a_0", "W_next": "V", "b_next": "e", "target": "t", "z_here": "z_1", "a_here": "a_1",
           "z_next": "z_2", "a_next": "a_2", "quadratic": "J_q", "Z_here": "Z_1", "A_here": "A_1", "Z_next": "Z_2",
           "A_next": "A_2", "quadratic_vec": "J_v", "several": "J_s"},
    defined={
        "E1": ("a", "J"), "E2": ("delta",), "E6": ("a_vec",), "E8": ("s", "several"),
        "E7": ("z_here", "a_here", "z_next", "a_next", "quadratic",
               "Z_here", "A_here", "Z_next", "A_next", "quadratic_vec"),
    },
    rows={
        "E2": (chain(
            "delta[n]",
            "Derivative(J, z[n])",
            "Sum(Derivative(J, a[m])*Derivative(a[m], z[n]), (m, 1, K))",
            "Derivative(J, a[n])*Derivative(a[n], z[n])"
            " + Sum(Derivative(J, a[m])*Derivative(a[m], z[n]), (m, 1, K), Ne(m, n))"),),
        "E3": (
            chain("Derivative(J, a[n])", "-y[n]/a[n]"),
            chain("Derivative(a[n], z[n])", "a[n]*(1 - a[n])"),
            chain("Derivative(J, a[n])*Derivative(a[n], z[n])", "-y[n]*(1 - a[n])")),
        "E4": (
            chain("Derivative(J, a[m])", "-y[m]/a[m]", given=("Ne(m, n)",)),
            chain("Derivative(a[m], z[n])", "-a[m]*a[n]", given=("Ne(m, n)",)),
            chain("Derivative(J, a[m])*Derivative(a[m], z[n])", "y[m]*a[n]", given=("Ne(m, n)",))),
        "E5": (
            chain("delta[n]", "-y[n]*(1 - a[n]) + Sum(y[m]*a[n], (m, 1, K), Ne(m, n))",
                  "-y[n] + a[n]*Sum(y[m], (m, 1, K))", "a[n] - y[n]", later={4: (SUM_TO_ONE,)}),
            chain("-y[n] + a[n]*Sum(y[m], (m, 1, K))", "a[n] - y[n]", refuted=(2,))),
        "E6": (
            chain("a_vec[n]", "a[n]"),
            chain("Derivative(J, z)", "a_vec - y", given=(SUM_TO_ONE,)),
            chain("Derivative(J, z)[n]", "delta[n]", "a[n] - y[n]", "(a_vec - y)[n]", given=(SUM_TO_ONE,))),
        "E7": (
            chain("Derivative(quadratic, z_next[h])", "(a_next[h] - target[h])*Prime(f, z_next[h])"),
            chain("Derivative(quadratic, b_next[h])", "Derivative(quadratic, z_next[h])"),
            chain("Derivative(quadratic, W_next[h, g])", "Derivative(quadratic, z_next[h])*a_here[g]"),
            chain("Derivative(quadratic, z_here[g])",
                  "Sum(Derivative(quadratic, z_next[h])*Derivative(z_next[h], z_here[g]), (h, 1, Q))",
                  "Sum(W_next[h, g]*Derivative(quadratic, z_next[h]), (h, 1, Q))*Prime(f, z_here[g])"),
            chain("Derivative(quadratic, b[g])", "Derivative(quadratic, z_here[g])"),
            chain("Derivative(quadratic, W[g, r])", "Derivative(quadratic, z_here[g])*a_below[r]"),
            chain("Derivative(quadratic_vec, Z_next)", "HadamardProduct(A_next - target, Prime(f, Z_next))"),
            chain("Derivative(quadratic_vec, b_next)", "Derivative(quadratic_vec, Z_next)"),
            chain("Derivative(quadratic_vec, W_next)", "Outer(Derivative(quadratic_vec, Z_next), A_here)"),
            chain("Derivative(quadratic_vec, Z_here)",
                  "HadamardProduct(Transpose(W_next)@Derivative(quadratic_vec, Z_next), Prime(f, Z_here))"),
            chain("Derivative(quadratic_vec, b)", "Derivative(quadratic_vec, Z_here)"),
            chain("Derivative(quadratic_vec, W)", "Outer(Derivative(quadratic_vec, Z_here), a_below)"),
            chain("HadamardProduct(A_next - target, Prime(f, Z_next))[h]",
                  "(a_next[h] - target[h])*Prime(f, z_next[h])"),
            chain("HadamardProduct(Transpose(W_next)@Derivative(quadratic_vec, Z_next), Prime(f, Z_here))[g]",
                  "Sum(W_next[h, g]*Derivative(quadratic, z_next[h]), (h, 1, Q))*Prime(f, z_here[g])"),
            chain("Derivative(quadratic_vec, b)[g]", "Derivative(quadratic, b[g])"),
            chain("Outer(Derivative(quadratic_vec, Z_here), a_below)[g, r]",
                  "Derivative(quadratic, z_here[g])*a_below[r]")),
        "E8": (
            chain("Derivative(several, s[n])", "-y[n]/s[n] + (1 - y[n])/(1 - s[n])",
                  "(s[n] - y[n])/(s[n]*(1 - s[n]))"),
            chain("Derivative(s[n], z[n])", "s[n]*(1 - s[n])"),
            chain("Derivative(several, z[n])", "Derivative(several, s[n])*Derivative(s[n], z[n])", "s[n] - y[n]")),
        "E9": (
            chain("J", "-(y[1]*log(a[1]) + y[2]*log(a[2]))", "-(y[1]*log(a[1]) + (1 - y[1])*log(1 - a[1]))",
                  given=("Eq(K, 2)", SUM_TO_ONE)),
            chain("a[1]", "logistic(z[1])", given=("Eq(K, 2)", "Eq(z[2], 0)"))),
        "E10": (
            chain("Derivative(G(z_next), z_next[h])", "Partial(G, z_next, h)"),
            chain("Derivative(G(z_next), z_here[g])",
                  "Sum(Derivative(G(z_next), z_next[h])*Derivative(z_next[h], z_here[g]), (h, 1, Q))",
                  "Sum(W_next[h, g]*Derivative(G(z_next), z_next[h]), (h, 1, Q))*Prime(f, z_here[g])"),
            chain("Derivative(G(z_next), b[g])", "Derivative(G(z_next), z_here[g])"),
            chain("Derivative(G(z_next), W[g, r])", "Derivative(G(z_next), z_here[g])*a_below[r]")),
    })

SOURCES = (A, B, C, D, E)
FIXED_SIZES = frozenset({"B10", "C6", "E9"})
"""Rows about one sample, three classes, two classes: everywhere else sizes are symbolic."""
ROWS = tuple(f"{letter}{i}" for letter, count in zip("ABCDE", (9, 10, 12, 5, 10), strict=True)
             for i in range(1, count + 1))
READER_ONLY = frozenset({"A9"})
"""A row about brackets in a document's text, which no derivation shows."""
