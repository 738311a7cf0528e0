"""Open task: a memory outside the state, both passes, from its equations."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.delta_memory import delta_memory


def _draw_memory(rng):
    def case(kind, **s):
        T, N, A, E = (s[letter] for letter in "TNAE")
        ks, qs = (drawing.array(rng, T, N, A, scale=0.9 / np.sqrt(A)) for _ in range(2))
        vs, dys = drawing.array(rng, T, N, E), drawing.array(rng, T, N, E)
        betas, M0 = rng.uniform(0.3, 0.9, (T, N)), drawing.array(rng, N, A, E, scale=0.7)
        return Case((ks, vs, qs, betas, M0, dys), s, kind)

    plain = [{"T": 6, "N": 3, "A": 4, "E": 5}, {"T": 7, "N": 4, "A": 5, "E": 2}]
    for kind, s in drawing.sizes(plain, "TNAE"):
        yield case(kind, **s)


DELTA_MEMORY = Exercise(
    "delta_memory",
    delta_memory,
    _draw_memory,
    results={
        "ys": "(T, N, E)",
        "dks": "(T, N, A)",
        "dvs": "(T, N, E)",
        "dqs": "(T, N, A)",
        "dbetas": "(T, N)",
        "dM0": "(N, A, E)",
    },
    weights={"ys": 3, "dks": 2, "dM0": 2},
)


@DELTA_MEMORY.variant
def as_derived(ks, vs, qs, betas, M0, dys):
    """Forward with all memories kept, then back, one term after the other."""
    M, memories, errors, ys = M0, [M0], [], []
    for k, v, q, beta in zip(ks, vs, qs, betas):
        e = v - np.einsum("nae,na->ne", M, k)
        M = M + beta[:, None, None] * k[:, :, None] * e[:, None, :]
        ys.append(np.einsum("nae,na->ne", M, q))
        errors.append(e)
        memories.append(M)

    dks, dvs, dqs = np.zeros_like(ks), np.zeros_like(vs), np.zeros_like(qs)
    dbetas, dM = np.zeros_like(betas), np.zeros_like(M0)
    for t in reversed(range(len(ks))):
        k, e, beta = ks[t], errors[t], betas[t][:, None]
        # read
        dqs[t] = np.einsum("nae,ne->na", memories[t + 1], dys[t])
        dM = dM + qs[t][:, :, None] * dys[t][:, None, :]
        # written
        dM_e = np.einsum("nae,ne->na", dM, e)
        de = beta * np.einsum("nae,na->ne", dM, k)
        dbetas[t] = (k * dM_e).sum(axis=1)
        dks[t] = beta * dM_e
        # what was wrong
        dvs[t] = de
        dks[t] -= np.einsum("nae,ne->na", memories[t], de)
        dM = dM - k[:, :, None] * de[:, None, :]
    return np.stack(ys), dks, dvs, dqs, dbetas, dM


@DELTA_MEMORY.variant
def matrix_products(ks, vs, qs, betas, M0, dys):
    """Keys as columns, values as rows, and `@`."""
    T = len(ks)
    Ms, es = [M0], []
    for t in range(T):
        e = vs[t][:, None] - ks[t][:, None] @ Ms[t]
        es.append(e)
        Ms.append(Ms[t] + betas[t][:, None, None] * (ks[t][:, :, None] @ e))
    ys = np.stack([(qs[t][:, None] @ Ms[t + 1])[:, 0] for t in range(T)])
    dM, rows = np.zeros(M0.shape), []
    for t in range(T - 1, -1, -1):
        k, beta, dy = ks[t][:, :, None], betas[t][:, None, None], dys[t][:, None]
        dM = dM + qs[t][:, :, None] @ dy
        de = beta * (k.transpose(0, 2, 1) @ dM)
        along = dM @ es[t].transpose(0, 2, 1)
        dk = beta * along - Ms[t] @ de.transpose(0, 2, 1)
        dq = Ms[t + 1] @ dy.transpose(0, 2, 1)
        rows.append((dk[:, :, 0], de[:, 0], dq[:, :, 0], (k * along).sum((1, 2))))
        dM = dM - k @ de
    dks, dvs, dqs, dbetas = (np.stack(part) for part in zip(*rows[::-1]))
    return ys, dks, dvs, dqs, dbetas, dM


@DELTA_MEMORY.variant
def example_by_example(ks, vs, qs, betas, M0, dys):
    """Each example by itself, with outer products."""
    (T, N, A), E = ks.shape, vs.shape[2]
    ys, dks, dvs = np.zeros((T, N, E)), np.zeros((T, N, A)), np.zeros((T, N, E))
    dqs, dbetas, dM0 = np.zeros((T, N, A)), np.zeros((T, N)), np.zeros((N, A, E))
    for n in range(N):
        M, before, wrong = M0[n].copy(), [], []
        for t in range(T):
            before.append(M)
            wrong.append(vs[t, n] - M.T @ ks[t, n])
            M = M + betas[t, n] * np.outer(ks[t, n], wrong[-1])
            ys[t, n] = M.T @ qs[t, n]
        dM = np.zeros((A, E))
        for t in range(T)[::-1]:
            after = before[t + 1] if t + 1 < T else M
            dqs[t, n] = after @ dys[t, n]
            dM = dM + np.outer(qs[t, n], dys[t, n])
            dbetas[t, n] = ks[t, n] @ dM @ wrong[t]
            dvs[t, n] = betas[t, n] * ks[t, n] @ dM
            dks[t, n] = betas[t, n] * dM @ wrong[t] - before[t] @ dvs[t, n]
            dM = dM - np.outer(ks[t, n], dvs[t, n])
        dM0[n] = dM
    return ys, dks, dvs, dqs, dbetas, dM0


for _name, _old, _new, _sentence in (
    (
        "values_added",
        'e = v - np.einsum("nae,na->ne", M, k)',
        'e = v - 0 * np.einsum("nae,na->ne", M, k)',
        "the value itself is written, whatever stands under the key already. What is *missing* is "
        "written: v − Mᵀk.",
    ),
    (
        "rate_left_out",
        "M = M + beta[:, None, None] * k[:, :, None]",
        "M = M + k[:, :, None]",
        "beta is left out where the memory is written.",
    ),
    (
        "memory_taken_away",
        "M = M + beta",
        "M = M - beta",
        "the correction is taken away from the memory. It is added.",
    ),
    (
        "read_before_writing",
        'ys.append(np.einsum("nae,na->ne", M, q))',
        'ys.append(np.einsum("nae,na->ne", memories[-1], q))',
        "the memory is read before it is written. y_t comes from M_t.",
    ),
    (
        "key_instead_of_query",
        'ys.append(np.einsum("nae,na->ne", M, q))',
        'ys.append(np.einsum("nae,na->ne", M, k))',
        "the memory is read with the key. It is read with the query.",
    ),
    (
        "starts_empty",
        "M, memories, errors, ys = M0, [M0], [], []",
        "M, memories, errors, ys = 0 * M0, [0 * M0], [], []",
        "the memory starts empty. It starts as `M0`.",
    ),
    (
        "old_memory_for_the_query",
        "memories[t + 1], dys[t])",
        "memories[t], dys[t])",
        "the gradient of the query uses the memory before it was written. y_t was read from M_t.",
    ),
    (
        "new_memory_for_the_key",
        'dks[t] -= np.einsum("nae,ne->na", memories[t], de)',
        'dks[t] -= np.einsum("nae,ne->na", memories[t + 1], de)',
        "the gradient of the key uses the memory *after* it was written. The error was measured "
        "against the one before.",
    ),
    (
        "one_way_of_the_key",
        '        dks[t] -= np.einsum("nae,ne->na", memories[t], de)\n',
        "",
        "one way of the key is left out: it is in the error too, k → e.",
    ),
    (
        "other_way_of_the_key",
        "dks[t] = beta * dM_e",
        "dks[t] = 0 * dM_e",
        "one way of the key is left out: the key is where the error is written, k → M.",
    ),
    (
        "sign_in_the_key",
        "dks[t] -= np.einsum",
        "dks[t] += np.einsum",
        "a sign in the gradient of the key is turned: e = v *minus* Mᵀk.",
    ),
    (
        "memory_simply_passed_on",
        "        dM = dM - k[:, :, None] * de[:, None, :]\n",
        "",
        "the gradient of the memory is passed on as it is. The old memory is in the error too.",
    ),
    (
        "sign_in_the_memory",
        "dM = dM - k[:, :, None]",
        "dM = dM + k[:, :, None]",
        "a sign in the gradient of the memory is turned: e = v *minus* Mᵀk.",
    ),
    (
        "memory_not_carried",
        "dM = dM + qs[t][:, :, None] * dys[t][:, None, :]",
        "dM = qs[t][:, :, None] * dys[t][:, None, :]",
        "each step begins with a gradient of its own. What comes from later steps is added.",
    ),
    (
        "read_after_writing_back",
        "        dM = dM + qs[t][:, :, None] * dys[t][:, None, :]\n        # written\n"
        '        dM_e = np.einsum("nae,ne->na", dM, e)\n'
        '        de = beta * np.einsum("nae,na->ne", dM, k)\n',
        '        dM_e = np.einsum("nae,ne->na", dM, e)\n'
        '        de = beta * np.einsum("nae,na->ne", dM, k)\n'
        "        dM = dM + qs[t][:, :, None] * dys[t][:, None, :]\n",
        "the gradient of what is read comes too late. y_t is read from M_t, so going back it comes "
        "first.",
    ),
    (
        "rate_left_out_of_the_error",
        "de = beta * np.einsum",
        "de = np.einsum",
        "beta is left out of the gradient of the error.",
    ),
    (
        "rate_left_out_of_the_key",
        "dks[t] = beta * dM_e",
        "dks[t] = dM_e",
        "beta is left out of the gradient of the key.",
    ),
    (
        "rate_in_its_own_gradient",
        "dbetas[t] = (k * dM_e).sum(axis=1)",
        "dbetas[t] = (beta * k * dM_e).sum(axis=1)",
        "beta stands in its own gradient.",
    ),
    (
        "value_not_scaled",
        "dvs[t] = de",
        "dvs[t] = -de",
        "the sign of the gradient of the value is turned: e = v − Mᵀk.",
    ),
    (
        "first_step_left_out",
        "for t in reversed(range(len(ks))):",
        "for t in reversed(range(1, len(ks))):",
        "the loop backwards ends before the first step.",
    ),
):
    DELTA_MEMORY.slip(_name, _old, _new, _sentence)


@DELTA_MEMORY.mistake
def forward_alone(ks, vs, qs, betas, M0, dys):
    """all gradients are 0: only the forward pass is there."""
    M, ys = M0, []
    for k, v, q, beta in zip(ks, vs, qs, betas):
        e = v - np.einsum("nae,na->ne", M, k)
        M = M + np.einsum("n,na,ne->nae", beta, k, e)
        ys.append(np.einsum("nae,na->ne", M, q))
    return np.stack(ys), 0 * ks, 0 * vs, 0 * qs, 0 * betas, 0 * M0


DELTA_MEMORY.slip(
    "rate_left_out_of_the_value",
    "dvs[t] = de",
    'dvs[t] = np.einsum("nae,na->ne", dM, k)',
    "the learning rate is left out of the gradient of the value.",
    of="as_derived",
)
