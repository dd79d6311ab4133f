"""One sigmoid neuron: why its gradient stalls under the quadratic cost and not under cross-entropy (document A)."""

from sympy import Eq, Limit, exp, log, oo

from lossproof import D, Document, derivation, logistic, prime, quantity, reals, step

Document("单个 sigmoid 神经元：二次代价与交叉熵", source="document A", language="zh")

w, x, b, y, t = reals("w x b y t")
z = quantity("z", w*x + b, cites="A1")
a = quantity("a", logistic(z), cites="A1")
sigma = logistic(z)

quadratic = quantity("c_q", (a - y)**2/2, latex=r"c_{\mathrm{q}}", cites="A3")
entropy = quantity("c_e", -y*log(a) - (1 - y)*log(1 - a), latex=r"c_{\mathrm{e}}", cites="A5")

sigmoid_slope = derivation("The slope of the sigmoid", [
    prime(logistic)(t),
    step(D(1/(1 + exp(-t)), t), by="definition of sigma"),
    logistic(t)*(1 - logistic(t)),
], cites="A2")

quadratic_weight = derivation("Quadratic cost: gradient in the weight", [
    D(quadratic, w),
    step((a - y)*D(a, w), by="chain rule"),
    step((a - y)*D(logistic(w*x + b), w), by="definition of a"),
    step((a - y)*prime(logistic)(z)*x, by="chain rule"),
], cites="A3")

quadratic_bias = derivation("Quadratic cost: gradient in the bias", [
    D(quadratic, b),
    step((a - y)*D(a, b), by="chain rule"),
    step((a - y)*D(logistic(w*x + b), b), by="definition of a"),
    step((a - y)*prime(logistic)(z), by="chain rule"),
], cites="A4")

entropy_weight = derivation("Cross-entropy: the slope of the sigmoid cancels", [
    D(entropy, w),
    step(-(y/a - (1 - y)/(1 - a))*D(sigma, w), by="chain rule"),
    step(-(y/a - (1 - y)/(1 - a))*prime(logistic)(z)*x, by="chain rule"),
    step(-(y/sigma - (1 - y)/(1 - sigma))*sigma*(1 - sigma)*x, by="slope of the sigmoid"),
    step(-(((1 - sigma)*y - sigma*(1 - y))/(sigma*(1 - sigma)))*sigma*(1 - sigma)*x, by="common denominator"),
    (sigma - y)*x,
], cites="A5")

entropy_bias = derivation("Cross-entropy: gradient in the bias", [
    D(entropy, b),
    sigma - y,
], cites="A6")

quadratic_proportional = derivation("Quadratic cost: the gradient is proportional to the slope of the sigmoid", [
    D(quadratic, w),
    prime(logistic)(z)*((a - y)*x),
], cites="A7")

stalls_right = derivation("Quadratic cost: learning stalls for large z, whatever the label", [
    Limit(D(quadratic, w), z, oo),
    0,
], cites="A7")

stalls_left = derivation("Quadratic cost: learning stalls for very negative z, whatever the label", [
    Limit(D(quadratic, w), z, -oo),
    0,
], cites="A7")

stalls_right_bias = derivation("Quadratic cost: the bias stalls for large z", [
    Limit(D(quadratic, b), z, oo),
    0,
], cites="A7")

stalls_left_bias = derivation("Quadratic cost: the bias stalls for very negative z", [
    Limit(D(quadratic, b), z, -oo),
    0,
], cites="A7")

entropy_proportional = derivation("Cross-entropy: the gradient is the error times the input", [
    D(entropy, w),
    (sigma - y)*x,
], cites="A8")

keeps_learning = derivation("Cross-entropy: completely wrong, and still learning", [
    Limit(D(entropy, b), z, -oo),
    -1,
], given=[Eq(y, 1)], cites="A8")
