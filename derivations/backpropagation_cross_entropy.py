"""Back-propagation: the last layer under cross-entropy, and why the other layers do not change (document E)."""

from sympy import Eq, Ne, Rational, Sum, exp, log

from lossproof import (
    D,
    Document,
    derivation,
    function,
    functional,
    hadamard,
    index,
    logistic,
    matrix,
    outer,
    partial,
    prime,
    quantity,
    size,
    softmax,
    step,
    sum_over,
    vector,
)

Document("交叉熵损失下的反向传播", source="document E", language="zh")

# The last layer: softmax outputs a of inputs z, targets y.

K = size("K")
n, m = index("n", K), index("m", K)
z, y = vector("z", K), vector("y", K)
a = quantity("a", exp(z[n])/Sum(exp(z[m]), (m, 1, K)), over=n, cites="E1")
J = quantity("J", -Sum(y[m]*log(a[m]), (m, 1, K)), cites="E1")
delta = quantity("delta", D(J, z[n]), over=n, latex=r"\delta", cites="E2")
sums_to_one = Eq(Sum(y[m], (m, 1, K)), 1)

over_the_layer = derivation("The chain rule over a layer", [
    delta[n],
    D(J, z[n]),
    step(Sum(D(J, a[m])*D(a[m], z[n]), (m, 1, K)), by="chain rule: every output depends on z_n"),
    step(D(J, a[n])*D(a[n], z[n]) + sum_over(m, D(J, a[m])*D(a[m], z[n]), exclude=n), by="m = n apart"),
], cites="E2")

own_loss = derivation("Slope of the loss in the output itself", [D(J, a[n]), -y[n]/a[n]], cites="E3")
own_output = derivation("Slope of the output in its own input", [D(a[n], z[n]), a[n]*(1 - a[n])], cites="E3")
own_product = derivation("The term m = n", [D(J, a[n])*D(a[n], z[n]), -y[n]*(1 - a[n])], cites="E3")

other_loss = derivation("Slope of the loss in another output", [
    D(J, a[m]), -y[m]/a[m]], given=[Ne(m, n)], cites="E4")
other_output = derivation("Slope of another output in the input", [
    D(a[m], z[n]), -a[m]*a[n]], given=[Ne(m, n)], cites="E4")
other_product = derivation("A term with another m", [
    D(J, a[m])*D(a[m], z[n]), y[m]*a[n]], given=[Ne(m, n)], cites="E4")

last_layer = derivation("The error of the last layer", [
    delta[n],
    step(-y[n]*(1 - a[n]) + sum_over(m, y[m]*a[n], exclude=n), by="the terms above"),
    -y[n] + a[n]*Sum(y[m], (m, 1, K)),
    step(a[n] - y[n], by="the targets sum to 1", given=[sums_to_one]),
], cites="E5")
needs_the_sum = derivation("Without targets that sum to 1 the last step fails", [
    -y[n] + a[n]*Sum(y[m], (m, 1, K)),
    step(a[n] - y[n], expect="refuted"),
], cites="E5")

a_whole = quantity("a_vec", softmax(z), latex=r"\mathbf{a}", cites="E6")
whole_entry = derivation("The vector of outputs, entry by entry", [a_whole[n], a[n]], cites="E6")
vector_form = derivation("The error of the last layer as a vector", [D(J, z), a_whole - y],
                         given=[sums_to_one], cites="E6")
vector_entries = derivation("The vector form is the index form", [
    D(J, z)[n],
    delta[n],
    a[n] - y[n],
    (a_whole - y)[n],
], given=[sums_to_one], cites="E6")

# Layers l-1, l, l+1 of widths R, P, Q with an elementwise activation f; layer l+1 is the last one in E7.

P, Q, R = size("P Q R")
g, h, r = index("g", P), index("h", Q), index("r", R)
f = function("f")
below = vector("a_0", R, latex="a^{l-1}")
W, b = matrix("W", P, R, latex="W^{l}"), vector("b", P, latex="b^{l}")
V, e = matrix("V", Q, P, latex="W^{l+1}"), vector("e", Q, latex="b^{l+1}")
target = vector("t", Q)

z_here = quantity("z_1", Sum(W[g, r]*below[r], (r, 1, R)) + b[g], over=g, latex="z^{l}", cites="E7")
a_here = quantity("a_1", f(z_here[g]), over=g, latex="a^{l}", cites="E7")
z_next = quantity("z_2", Sum(V[h, g]*a_here[g], (g, 1, P)) + e[h], over=h, latex="z^{l+1}", cites="E7")
a_next = quantity("a_2", f(z_next[h]), over=h, latex="a^{l+1}", cites="E7")
loss = quantity("J_q", Rational(1, 2)*Sum((a_next[h] - target[h])**2, (h, 1, Q)), latex=r"J_{\mathrm{q}}", cites="E7")

quadratic_last = derivation("Quadratic loss: the error of the last layer", [
    D(loss, z_next[h]),
    (a_next[h] - target[h])*prime(f)(z_next[h]),
], cites="E7")
quadratic_last_bias = derivation("Quadratic loss: slope in a bias of the last layer", [
    D(loss, e[h]),
    D(loss, z_next[h]),
], cites="E7")
quadratic_last_weight = derivation("Quadratic loss: slope in a weight of the last layer", [
    D(loss, V[h, g]),
    D(loss, z_next[h])*a_here[g],
], cites="E7")
quadratic_hidden = derivation("Quadratic loss: the error of the layer before", [
    D(loss, z_here[g]),
    step(Sum(D(loss, z_next[h])*D(z_next[h], z_here[g]), (h, 1, Q)), by="chain rule over the next layer"),
    Sum(V[h, g]*D(loss, z_next[h]), (h, 1, Q))*prime(f)(z_here[g]),
], cites="E7")
quadratic_bias = derivation("Quadratic loss: slope in a bias", [D(loss, b[g]), D(loss, z_here[g])], cites="E7")
quadratic_weight = derivation("Quadratic loss: slope in a weight", [
    D(loss, W[g, r]),
    D(loss, z_here[g])*below[r],
], cites="E7")

# The same layers with whole vectors and matrices.

Z_here = quantity("Z_1", W @ below + b, latex=r"\mathbf{z}^{l}", cites="E7")
A_here = quantity("A_1", f(Z_here), latex=r"\mathbf{a}^{l}", cites="E7")
Z_next = quantity("Z_2", V @ A_here + e, latex=r"\mathbf{z}^{l+1}", cites="E7")
A_next = quantity("A_2", f(Z_next), latex=r"\mathbf{a}^{l+1}", cites="E7")
Loss = quantity("J_v", Rational(1, 2)*Sum((A_next[h] - target[h])**2, (h, 1, Q)), latex=r"J_{\mathrm{v}}", cites="E7")

matrix_last = derivation("Matrix form: the error of the last layer", [
    D(Loss, Z_next),
    hadamard(A_next - target, prime(f)(Z_next)),
], cites="E7")
matrix_last_bias = derivation("Matrix form: slope in the biases of the last layer", [
    D(Loss, e), D(Loss, Z_next),
], cites="E7")
matrix_last_weight = derivation("Matrix form: slope in the weights of the last layer", [
    D(Loss, V),
    outer(D(Loss, Z_next), A_here),
], cites="E7")
matrix_hidden = derivation("Matrix form: the error of the layer before", [
    D(Loss, Z_here),
    hadamard(V.T @ D(Loss, Z_next), prime(f)(Z_here)),
], cites="E7")
matrix_bias = derivation("Matrix form: slope in the biases", [D(Loss, b), D(Loss, Z_here)], cites="E7")
matrix_weight = derivation("Matrix form: slope in the weights", [
    D(Loss, W),
    outer(D(Loss, Z_here), below),
], cites="E7")
matrix_last_entries = derivation("The matrix form is the index form: the last layer", [
    hadamard(A_next - target, prime(f)(Z_next))[h],
    (a_next[h] - target[h])*prime(f)(z_next[h]),
], cites="E7")
matrix_entries = derivation("The matrix form is the index form: the layer before", [
    hadamard(V.T @ D(Loss, Z_next), prime(f)(Z_here))[g],
    Sum(V[h, g]*D(loss, z_next[h]), (h, 1, Q))*prime(f)(z_here[g]),
], cites="E7")
matrix_bias_entries = derivation("The matrix form is the index form: biases", [
    D(Loss, b)[g],
    D(loss, b[g]),
], cites="E7")
matrix_weight_entries = derivation("The matrix form is the index form: weights", [
    outer(D(Loss, Z_here), below)[g, r],
    D(loss, z_here[g])*below[r],
], cites="E7")

# Several labels at once: one sigmoid for each output.

s = quantity("s", logistic(z[n]), over=n, cites="E8")
several = quantity("J_s", -Sum(y[m]*log(s[m]) + (1 - y[m])*log(1 - s[m]), (m, 1, K)), latex=r"J_{\mathrm{s}}",
                   cites="E8")
several_loss = derivation("Several labels: slope of the loss in an output", [
    D(several, s[n]),
    -y[n]/s[n] + (1 - y[n])/(1 - s[n]),
    (s[n] - y[n])/(s[n]*(1 - s[n])),
], cites="E8")
several_output = derivation("Several labels: slope of an output in its input", [
    D(s[n], z[n]),
    s[n]*(1 - s[n]),
], cites="E8")
several_error = derivation("Several labels: the error is the same", [
    D(several, z[n]),
    step(D(several, s[n])*D(s[n], z[n]), by="chain rule: no other output depends on z_n"),
    s[n] - y[n],
], cites="E8")

two_classes = derivation("Binary cross-entropy is the case of two classes", [
    J,
    -(y[1]*log(a[1]) + y[2]*log(a[2])),
    -(y[1]*log(a[1]) + (1 - y[1])*log(1 - a[1])),
], given=[Eq(K, 2), sums_to_one], cites="E9")
sigmoid_is_softmax = derivation("Softmax of (z, 0) is the sigmoid of z", [
    a[1],
    logistic(z[1]),
], given=[Eq(K, 2), Eq(z[2], 0)], cites="E9")

# Any loss G, seen as an open function of the next layer's inputs: nothing of it is used.

G = functional("G")
rest = G(z_next)
open_error = derivation("Any loss: the error of the next layer is an open partial derivative", [
    D(rest, z_next[h]),
    partial(G, z_next, h),
], cites="E10")
open_hidden = derivation("Any loss: the error of a hidden layer", [
    D(rest, z_here[g]),
    step(Sum(D(rest, z_next[h])*D(z_next[h], z_here[g]), (h, 1, Q)), by="chain rule over the next layer"),
    Sum(V[h, g]*D(rest, z_next[h]), (h, 1, Q))*prime(f)(z_here[g]),
], cites="E10")
open_bias = derivation("Any loss: slope in a bias", [D(rest, b[g]), D(rest, z_here[g])], cites="E10")
open_weight = derivation("Any loss: slope in a weight", [
    D(rest, W[g, r]),
    D(rest, z_here[g])*below[r],
], cites="E10")
