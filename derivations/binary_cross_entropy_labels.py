"""Binary cross-entropy with labels 0 and 1, and with labels -1 and +1 (document B)."""

from sympy import Abs, Eq, Limit, Sum, exp, log, oo

from lossproof import D, Document, derivation, family, index, logistic, quantity, reals, scalar, size, step

Document("二分类交叉熵：标签 {0,1} 与 {-1,+1}", source="document B", language="zh")

y = scalar("y", values=(0, 1))
yhat = scalar("yhat", interval=(0, 1), latex=r"\hat{y}")
s = reals("s")

# Labels 0 and 1, any prediction between 0 and 1.

likelihood = quantity("P", yhat**y*(1 - yhat)**(1 - y), cites="B1")
loss = quantity("L", -(y*log(yhat) + (1 - y)*log(1 - yhat)), cites="B2")

likelihood_of_one = derivation("The likelihood at label 1", [likelihood, yhat], given=[Eq(y, 1)], cites="B1")
likelihood_of_zero = derivation("The likelihood at label 0", [likelihood, 1 - yhat], given=[Eq(y, 0)], cites="B1")

log_likelihood = derivation("The logarithm of the likelihood", [
    log(likelihood),
    step(log(yhat**y*(1 - yhat)**(1 - y)), by="definition of P"),
    y*log(yhat) + (1 - y)*log(1 - yhat),
], cites="B2")

loss_is_negative_log = derivation("The loss is the negative log-likelihood", [loss, -log(likelihood)], cites="B2")

loss_of_one = derivation("The loss at label 1", [loss, -log(yhat)], given=[Eq(y, 1)], cites="B3")
loss_of_zero = derivation("The loss at label 0", [loss, -log(1 - yhat)], given=[Eq(y, 0)], cites="B4")

# The prediction is the sigmoid of a score s.

predicted = quantity("yhat_s", 1/(1 + exp(-s)), latex=r"\hat{y}_s", cites="B3")
scored = quantity("L_s", -(y*log(predicted) + (1 - y)*log(1 - predicted)), cites="B3")

score_of_one = derivation("The loss at label 1, by the score", [
    scored,
    -log(predicted),
    log(1 + exp(-s)),
], given=[Eq(y, 1)], cites="B3")

score_of_zero = derivation("The loss at label 0, by the score", [
    scored,
    -log(1 - predicted),
    log(1 + exp(s)),
], given=[Eq(y, 0)], cites="B4")

falls = derivation("At label 1 the loss falls as the score grows", [
    D(scored, s),
    step(0, relation="<"),
], given=[Eq(y, 1)], cites="B5")

rises = derivation("At label 0 the loss rises as the score grows", [
    D(scored, s),
    step(0, relation=">"),
], given=[Eq(y, 0)], cites="B5")

positive = derivation("The loss is positive", [scored, step(0, relation=">")], cites="B5")

# Labels -1 and +1.

r = scalar("r", values=(-1, 1), latex=r"y_{\pm}")
signed = quantity("P_r", logistic(r*s), latex=r"P_{\pm}", cites="B6")

signed_loss = derivation("The loss with labels -1 and +1", [
    -log(signed),
    step(-log(logistic(r*s)), by="definition of P"),
    step(-log(1/(1 + exp(-r*s))), by="definition of the sigmoid"),
    log(1 + exp(-r*s)),
], cites="B6")

symmetric = derivation("The sigmoid's symmetry", [logistic(-s), 1 - logistic(s)], cites="B6")
signed_plus = derivation("One formula for both labels: +1", [signed, logistic(s)], given=[Eq(r, 1)], cites="B6")
signed_minus = derivation("One formula for both labels: -1", [signed, 1 - logistic(s)], given=[Eq(r, -1)], cites="B6")

share = quantity("t", (r + 1)/2, cites="B7")
two_forms = -(share*log(logistic(s)) + (1 - share)*log(1 - logistic(s)))

same_at_minus = derivation("The two forms agree at label -1", [two_forms, log(1 + exp(-r*s))],
                           given=[Eq(r, -1)], cites="B7")
same_at_plus = derivation("The two forms agree at label +1", [two_forms, log(1 + exp(-r*s))],
                          given=[Eq(r, 1)], cites="B7")

between = scalar("v", interval=(-1, 1))
share_between = quantity("t_v", (between + 1)/2, latex="t_v", cites="B7")
differ_between = derivation("The two forms differ between the labels", [
    -(share_between*log(logistic(s)) + (1 - share_between)*log(1 - logistic(s))),
    step(log(1 + exp(-between*s)), expect="refuted"),
], cites="B7")

# Far on the wrong side the loss is nearly linear in the margin u = y s.

u = quantity("u", r*s, cites="B8")
margin_loss = quantity("L_u", log(1 + exp(-u)), cites="B8")
ratio = derivation("The loss grows like the margin", [Limit(margin_loss/(-u), u, -oo), 1], cites="B8")
distance = derivation("The loss approaches the negative margin", [Limit(margin_loss - (-u), u, -oo), 0], cites="B8")

# n samples with d inputs each.

n, d = size("n d")
i, j = index("i", n), index("j", d)
w = family("w", d)
b = reals("b")
x = family("x", n, d)
label = family("y_n", n, latex="y")
z = quantity("z", Sum(w[j]*x[i, j], (j, 1, d)) + b, over=i, cites="B9")
mean = quantity("J", -1/n*Sum(label[i]*log(logistic(z[i])) + (1 - label[i])*log(1 - logistic(z[i])), (i, 1, n)),
                cites="B9")

g = logistic(z[i])
weight_gradient = derivation("Gradient in a weight", [
    D(mean, w[j]),
    step(-1/n*Sum((label[i]/g - (1 - label[i])/(1 - g))*D(g, w[j]), (i, 1, n)), by="chain rule"),
    1/n*Sum(x[i, j]*(g - label[i]), (i, 1, n)),
], cites="B9")

bias_gradient = derivation("Gradient in the bias", [
    D(mean, b),
    step(-1/n*Sum((label[i]/g - (1 - label[i])/(1 - g))*D(g, b), (i, 1, n)), by="chain rule"),
    1/n*Sum(g - label[i], (i, 1, n)),
], cites="B9")

weight_size = derivation("The larger the error, the larger the gradient in a weight", [
    Abs(D(mean, w[j])),
    step(Abs(1/n*Sum(x[i, j]*(g - label[i]), (i, 1, n))), by="the gradient above"),
    Abs(x[1, j])*Abs(logistic(z[1]) - label[1]),
], given=[Eq(n, 1)], cites="B10")

bias_size = derivation("The larger the error, the larger the gradient in the bias", [
    Abs(D(mean, b)),
    step(Abs(1/n*Sum(g - label[i], (i, 1, n))), by="the gradient above"),
    Abs(logistic(z[1]) - label[1]),
], given=[Eq(n, 1)], cites="B10")
