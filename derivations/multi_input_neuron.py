"""Cross-entropy of one neuron with several inputs, over n samples (document D)."""

from sympy import Eq, Limit, Sum, log

from lossproof import (
    D,
    Document,
    derivation,
    family,
    for_all,
    index,
    logistic,
    prime,
    quantity,
    reals,
    scalar,
    size,
    step,
)

Document("多输入神经元的交叉熵", source="document D", language="zh")

n, d = size("n d")
i, j = index("i", n), index("j", d)
w, x, y = family("w", d), family("x", n, d), family("y", n)
b, t = reals("b t")
alpha = scalar("alpha", interval=(0, 1))

z = quantity("z", Sum(w[j]*x[i, j], (j, 1, d)) + b, over=i, cites="D1")
a = quantity("a", logistic(z[i]), over=i, cites="D1")
cost = quantity("C", -1/n*Sum(y[i]*log(a[i]) + (1 - y[i])*log(1 - a[i]), (i, 1, n)), cites="D1")
sigma = logistic(z[i])

nonnegative = derivation("The cost is not negative", [
    cost,
    step(0, relation=">="),
], given=[for_all(i, y[i] >= 0), for_all(i, y[i] <= 1)], cites="D2")

summand = -(t*log(alpha) + (1 - t)*log(1 - alpha))
right_at_zero = derivation("A right answer costs nothing: label 0", [
    Limit(summand, alpha, 0, "+"),
    0,
], given=[Eq(t, 0)], cites="D3")
right_at_one = derivation("A right answer costs nothing: label 1", [
    Limit(summand, alpha, 1, "-"),
    0,
], given=[Eq(t, 1)], cites="D3")

weight_gradient = derivation("Gradient in a weight: the slope of the sigmoid cancels", [
    D(cost, w[j]),
    step(-1/n*Sum((y[i]/sigma - (1 - y[i])/(1 - sigma))*D(sigma, w[j]), (i, 1, n)), by="chain rule"),
    step(-1/n*Sum((y[i]/sigma - (1 - y[i])/(1 - sigma))*prime(logistic)(z[i])*x[i, j], (i, 1, n)), by="chain rule"),
    step(1/n*Sum(prime(logistic)(z[i])*x[i, j]/(sigma*(1 - sigma))*(sigma - y[i]), (i, 1, n)),
         by="common denominator"),
    step(1/n*Sum(x[i, j]*(sigma - y[i]), (i, 1, n)), by="slope of the sigmoid"),
], cites="D4")

bias_gradient = derivation("Gradient in the bias", [
    D(cost, b),
    1/n*Sum(sigma - y[i], (i, 1, n)),
], cites="D5")
