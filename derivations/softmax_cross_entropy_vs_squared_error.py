"""Softmax outputs: cross-entropy against squared error, and where the source's gradient is wrong (document C)."""

from sympy import Eq, Limit, Ne, Rational, Sum, exp, log, oo

from lossproof import (
    D,
    Document,
    derivation,
    family,
    for_all,
    function,
    index,
    one_hot,
    quantity,
    reals,
    size,
    softmax,
    step,
    sum_over,
)

Document("softmax 之后：交叉熵与均方误差", source="document C", language="zh")

K, m = size("K m")
k, p, j = index("k", K), index("p", K), index("j", K)
i = index("i", m)
y = family("y", K)

# Predictions that need not come from a softmax: positive ones (q) and any real ones (r).

q = family("q", K, positive=True)
r = family("r", K)
entropy_of = -Sum(y[k]*log(q[k]), (k, 1, K))
error_of = Sum((y[k] - r[k])**2, (k, 1, K))

entropy_of_class = derivation("Cross-entropy sees one class", [
    entropy_of,
    step(-y[p]*log(q[p]), by="y is 0 elsewhere"),
    step(-log(q[p]), by="y is 1 at p"),
], given=[one_hot(y, p)], cites="C1")

error_of_class = derivation("Squared error sees all classes", [
    error_of,
    (1 - r[p])**2 + sum_over(k, r[k]**2, exclude=p),
], given=[one_hot(y, p)], cites="C2")

sample_loss = function("ell", arity=2, latex=r"L")      # the loss of sample i at the parameter theta
theta = reals("theta")
mean = quantity("l", 1/m*Sum(sample_loss(i, theta), (i, 1, m)), latex=r"\ell", cites="C3")
mean_gradient = derivation("The gradient of the mean is the mean of the gradients", [
    D(mean, theta),
    1/m*Sum(D(sample_loss(i, theta), theta), (i, 1, m)),
], cites="C3")

error_nonnegative = derivation("Squared error is not negative", [error_of, step(0, relation=">=")], cites="C4")
entropy_nonnegative = derivation("Cross-entropy is not negative", [
    entropy_of,
    step(0, relation=">="),
], given=[one_hot(y, p), for_all(k, q[k] <= 1)], cites="C4")
error_vanishes = derivation("Squared error is 0 at the label", [error_of, 0],
                            given=[for_all(k, Eq(r[k], y[k]))], cites="C4")
entropy_vanishes = derivation("Cross-entropy is 0 where the class has probability 1", [-log(q[p]), 0],
                              given=[Eq(q[p], 1)], cites="C4")

share = (1 - r[p])/(K - 1)      # what each other class has when they are all equal
spread = derivation("With the class fixed, squared error prefers equal others", [
    sum_over(k, r[k]**2, exclude=p) - (1 - r[p])**2/(K - 1),
    sum_over(k, (r[k] - share)**2, exclude=p),
    step(0, relation=">="),
], given=[Eq(Sum(r[k], (k, 1, K)), 1), K >= 2], cites="C5")
entropy_blind = derivation("Cross-entropy does not see the others", [
    D(entropy_of, q[j]),
    0,
], given=[one_hot(y, p), Ne(j, p)], cites="C5")

# Three classes, label (1, 0, 0), predictions (0.8, 0.1, 0.1) and (0.8, 0.15, 0.05).

errors_compared = derivation("Squared error prefers the even prediction", [
    (1 - Rational("0.8"))**2 + (0 - Rational("0.1"))**2 + (0 - Rational("0.1"))**2,
    Rational(3, 50),
    step(Rational(13, 200), relation="<"),
    (1 - Rational("0.8"))**2 + (0 - Rational("0.15"))**2 + (0 - Rational("0.05"))**2,
], cites="C6")
entropies_compared = derivation("Cross-entropy does not tell the two apart", [
    -(1*log(Rational("0.8")) + 0*log(Rational("0.1")) + 0*log(Rational("0.1"))),
    -(1*log(Rational("0.8")) + 0*log(Rational("0.15")) + 0*log(Rational("0.05"))),
], cites="C6")

# Predictions from a softmax.

z = family("z", K)
yhat = quantity("yhat", softmax(z, k), over=k, latex=r"\hat{y}", cites="C7")
entropy = quantity("L_ce", -Sum(y[k]*log(yhat[k]), (k, 1, K)), latex=r"L_{\mathrm{ce}}", cites="C9")
error = quantity("L_se", Sum((y[k] - yhat[k])**2, (k, 1, K)), latex=r"L_{\mathrm{se}}", cites="C10")

softmax_formula = derivation("Softmax", [yhat[p], exp(z[p])/Sum(exp(z[k]), (k, 1, K))], cites="C7")
softmax_range = derivation("A softmax output is strictly between 0 and 1", [
    0,
    step(yhat[p], relation="<"),
    step(1, relation="<"),
], given=[K >= 2], cites="C7")
softmax_sum = derivation("Softmax outputs sum to 1", [Sum(yhat[k], (k, 1, K)), 1], cites="C7")

own_slope = derivation("Slope of a softmax output in its own input", [
    D(yhat[p], z[p]),
    yhat[p]*(1 - yhat[p]),
], cites="C8")
other_slope = derivation("Slope of a softmax output in another's input", [
    D(yhat[k], z[p]),
    -yhat[k]*yhat[p],
], given=[Ne(k, p)], cites="C8")

entropy_by_output = derivation("Cross-entropy: slope in the output", [
    D(entropy, yhat[p]),
    -1/yhat[p],
], given=[one_hot(y, p)], cites="C9")
entropy_by_input = derivation("Cross-entropy: slope in the input", [
    D(entropy, z[p]),
    step(D(entropy, yhat[p])*D(yhat[p], z[p]), by="chain rule; the other outputs do not occur"),
    yhat[p] - 1,
], given=[one_hot(y, p)], cites="C9")

error_by_output = derivation("Squared error: slope in the output", [
    D(error, yhat[p]),
    -2*(1 - yhat[p]),
    2*(yhat[p] - 1),
], given=[one_hot(y, p)], cites="C10")

right = -2*yhat[p]*((1 - yhat[p])**2 + sum_over(k, yhat[k]**2, exclude=p))
error_as_printed = derivation("Squared error: slope in the input, as the source has it", [
    D(error, z[p]),
    step(D(error, yhat[p])*D(yhat[p], z[p]), by="chain rule", expect="refuted", correct=right,
         erratum="the other outputs depend on z_p too, and squared error sees them"),
    -2*yhat[p]*(1 - yhat[p])**2,
], given=[one_hot(y, p)], expect_claim="refuted", cites="C11")
error_corrected = derivation("Squared error: slope in the input, corrected", [
    D(error, z[p]),
    step(Sum(D(error, yhat[k])*D(yhat[k], z[p]), (k, 1, K)), by="chain rule over all outputs"),
    right,
], given=[one_hot(y, p)], cites="C11")

error_stalls = derivation("Squared error stalls on a confident mistake", [
    Limit(D(error, z[p]), z[p], -oo),
    step(Limit(right, z[p], -oo), by="the corrected gradient"),
    0,
], given=[one_hot(y, p), K >= 2], cites="C12")
entropy_learns = derivation("Cross-entropy learns from a confident mistake", [
    Limit(D(entropy, z[p]), z[p], -oo),
    step(Limit(yhat[p] - 1, z[p], -oo), by="the gradient above"),
    -1,
], given=[one_hot(y, p), K >= 2], cites="C12")
