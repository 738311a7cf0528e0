// Recurrent networks in plain JavaScript: a translation of rnnlib's rnn.py, lstm.py, gru.py,
// dense.py, activations.py, attention.py and generation.py, one example at a time.
//
// Notation of the course: x (D), h and c (H), W_xh (D, H), W_hh (H, H), b_h (H), W_hy (H, K),
// b_y (K). A row vector stands on the left of its matrix: a = x W_xh + h W_hh + b_h. An LSTM's
// columns belong to the gates i, f, g, o, a GRU's to r, z, n, H columns each.
//
// A vector is a Float64Array, a matrix an object {rows, cols, data} with its rows one after the
// other in `data`. No function changes its arguments.
"use strict";

// ---- Weights -------------------------------------------------------------------------------

// The arrays of a file that rnnlib.json_params wrote: {name: {shape, type, base64}}.
function readParams(stored) {
  const params = {};
  for (const [name, { shape, type, base64 }] of Object.entries(stored)) {
    const letters = atob(base64);
    const bytes = new Uint8Array(letters.length);
    for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
    const view = new DataView(bytes.buffer);
    const read = {
      float16: (k) => float16(view.getUint16(2 * k, true)),
      float32: (k) => view.getFloat32(4 * k, true),
    }[type];
    const size = shape.reduce((product, n) => product * n, 1);
    const data = zeros(size);
    for (let k = 0; k < size; k++) data[k] = read(k);
    params[name] = shape.length === 1 ? data : { rows: shape[0], cols: size / shape[0], data };
  }
  return params;
}

// A number of 16 bits: 1 for the sign, 5 for the exponent, 10 for the fraction.
const POWERS = Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 15));
function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  return sign * (1 + fraction) * POWERS[exponent];
}

// ---- Vectors and matrices ------------------------------------------------------------------

const zeros = (n) => new Float64Array(n);
const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : 1 - 1 / (1 + Math.exp(a)));
const norm = (v) => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));

function oneHot(id, size) {
  const x = zeros(size);
  x[id] = 1;
  return x;
}

// v W
function times(v, { rows, cols, data }) {
  const product = zeros(cols);
  for (let i = 0; i < rows; i++) {
    const factor = v[i];
    if (factor === 0) continue; // a one-hot vector only picks a row
    for (let j = 0, k = i * cols; j < cols; j++, k++) product[j] += factor * data[k];
  }
  return product;
}

// v W^T: the way back through v W
function timesTransposed(v, { rows, cols, data }) {
  const product = zeros(rows);
  for (let i = 0, k = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++, k++) sum += v[j] * data[k];
    product[i] = sum;
  }
  return product;
}

// The sum of vectors.
function add(first, ...others) {
  const sum = first.slice();
  for (const v of others) for (let k = 0; k < sum.length; k++) sum[k] += v[k];
  return sum;
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

const scale = (W, factor) => ({ ...W, data: W.data.map((value) => value * factor) });
const part = (a, k, H) => a.slice(k * H, (k + 1) * H); // gate k of a fused vector

// The largest singular value of W: how much one product can at most stretch a vector. A vector
// that goes through W and W^T again and again turns into the direction that is stretched most.
function largestSingularValue(W, rounds = 500) {
  let v = Float64Array.from({ length: W.rows }, (_, k) => 1 + Math.sin(k));
  for (let round = 0; round < rounds; round++) {
    v = timesTransposed(times(v, W), W);
    const length = norm(v);
    if (length === 0) return 0;
    v = v.map((value) => value / length);
  }
  return norm(times(v, W));
}

// ---- The simple recurrent network ----------------------------------------------------------

// h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)
function rnnStep(x, h, params) {
  return add(times(x, params.W_xh), times(h, params.W_hh), params.b_h).map(Math.tanh);
}

// da = dh_t * (1 - h_t^2)      dx = da W_xh^T      dh_{t-1} = da W_hh^T
function rnnStepBackward(dhNext, hNext, params) {
  const da = dhNext.map((d, k) => d * (1 - hNext[k] * hNext[k]));
  return { da, dx: timesTransposed(da, params.W_xh), dh: timesTransposed(da, params.W_hh) };
}

// The states h_1 ... h_T.
function rnnForward(xs, h0, params) {
  let h = h0;
  return xs.map((x) => (h = rnnStep(x, h, params)));
}

// dL/dh_t for t = T ... 0, the last first, for a loss on the last state alone.
function rnnBackward(dh, hs, params) {
  const dhs = [dh];
  for (let t = hs.length - 1; t >= 0; t--) dhs.push(rnnStepBackward(dhs.at(-1), hs[t], params).dh);
  return dhs;
}

// ---- LSTM ----------------------------------------------------------------------------------

// c_t = f * c_{t-1} + i * g      h_t = o * tanh(c_t)
function lstmUpdate({ i, f, g, o }, c) {
  const cNext = c.map((value, k) => f[k] * value + i[k] * g[k]);
  return { h: cNext.map((value, k) => o[k] * Math.tanh(value)), c: cNext };
}

// a = x W_xh + h W_hh + b_h      i, f, o = sigma(their part of a)      g = tanh(its part)
function lstmStep(x, { h, c }, params) {
  const H = h.length;
  const a = add(times(x, params.W_xh), times(h, params.W_hh), params.b_h);
  const gates = {
    i: part(a, 0, H).map(sigmoid),
    f: part(a, 1, H).map(sigmoid),
    g: part(a, 2, H).map(Math.tanh),
    o: part(a, 3, H).map(sigmoid),
  };
  const state = lstmUpdate(gates, c);
  return { ...state, cache: { ...gates, c, cNext: state.c } };
}

// dc_t  = dc_t + dh_t * o * (1 - tanh(c_t)^2)
// da_i  = dc_t * g * i (1 - i)          da_f = dc_t * c_{t-1} * f (1 - f)
// da_g  = dc_t * i * (1 - g^2)          da_o = dh_t * tanh(c_t) * o (1 - o)
// dc_{t-1} = dc_t * f      dh_{t-1} = da W_hh^T
function lstmStepBackward({ dh, dc }, { i, f, g, o, c, cNext }, params) {
  const H = dh.length;
  const da = zeros(4 * H);
  const dcBefore = zeros(H);
  for (let k = 0; k < H; k++) {
    const squashed = Math.tanh(cNext[k]);
    const dck = dc[k] + dh[k] * o[k] * (1 - squashed * squashed);
    da[k] = dck * g[k] * i[k] * (1 - i[k]);
    da[H + k] = dck * c[k] * f[k] * (1 - f[k]);
    da[2 * H + k] = dck * i[k] * (1 - g[k] * g[k]);
    da[3 * H + k] = dh[k] * squashed * o[k] * (1 - o[k]);
    dcBefore[k] = dck * f[k];
  }
  return { dx: timesTransposed(da, params.W_xh), dh: timesTransposed(da, params.W_hh), dc: dcBefore };
}

// The steps 1 ... T, each {h, c, cache}.
function lstmForward(xs, state0, params) {
  let state = state0;
  return xs.map((x) => (state = lstmStep(x, state, params)));
}

// {dh, dc} for t = T ... 0, the last first, for a loss on the last h alone.
function lstmBackward(dh, steps, params) {
  const dstates = [{ dh, dc: zeros(dh.length) }];
  for (let t = steps.length - 1; t >= 0; t--) {
    dstates.push(lstmStepBackward(dstates.at(-1), steps[t].cache, params));
  }
  return dstates;
}

// ---- GRU (the reset gate acts after the product) --------------------------------------------

// h_t = (1 - z) * n + z * h_{t-1}: where z is 1, the old state is kept
function gruUpdate({ z, n }, h) {
  return h.map((value, k) => (1 - z[k]) * n[k] + z[k] * value);
}

// r, z = sigma(their parts of x W_xh + h W_hh + b_h)
// q = h W_hn + b_hn      n = tanh(its part of x W_xh + b_h  +  r * q)
function gruStep(x, h, params) {
  const H = h.length;
  const fromX = add(times(x, params.W_xh), params.b_h);
  const fromH = times(h, params.W_hh);
  const r = part(fromX, 0, H).map((a, k) => sigmoid(a + fromH[k]));
  const z = part(fromX, 1, H).map((a, k) => sigmoid(a + fromH[H + k]));
  const q = part(fromH, 2, H).map((a, k) => a + params.b_hn[k]);
  const n = part(fromX, 2, H).map((a, k) => Math.tanh(a + r[k] * q[k]));
  return { h: gruUpdate({ z, n }, h), cache: { r, z, n, q } };
}

// The states h_1 ... h_T.
function gruForward(xs, h0, params) {
  let h = h0;
  return xs.map((x) => (h = gruStep(x, h, params).h));
}

// ---- From a state to a symbol --------------------------------------------------------------

// y_t = h_t W_hy + b_y
function outputStep(h, params) {
  return add(times(h, params.W_hy), params.b_y);
}

// p_k = exp(y_k / temperature) / sum of all; the largest first to 0, so that nothing overflows
function softmax(logits, temperature = 1) {
  const largest = Math.max(...logits);
  const powers = logits.map((y) => Math.exp((y - largest) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

const argmax = (values) => values.indexOf(Math.max(...values));

// A draw: the probabilities laid end to end from 0 to 1, and the piece in which `u` falls.
function draw(p, u) {
  let reached = 0;
  for (let k = 0; k < p.length; k++) {
    reached += p[k];
    if (u < reached) return k;
  }
  return p.length - 1;
}

// ---- Attention -----------------------------------------------------------------------------

// scores_t = q . k_t      weights = softmax over t      context = sum over t of weights_t v_t
function attention(query, keys, values) {
  const weights = softmax(Float64Array.from(keys, (key) => dot(query, key)));
  const context = zeros(values[0].length);
  values.forEach((v, t) => { for (let k = 0; k < v.length; k++) context[k] += weights[t] * v[k]; });
  return { weights, context };
}

// ---- Decoding: step(symbol, state) -> {logits, state} ----------------------------------------

// Always the likeliest symbol, up to the end mark or `longest` symbols.
function greedyDecode(step, state, start, end, longest) {
  const written = [];
  for (let symbol = start; written.length < longest; ) {
    const next = step(symbol, state);
    symbol = argmax(next.logits);
    if (symbol === end) break;
    written.push(symbol);
    state = next.state;
  }
  return written;
}

// The `width` beginnings with the largest log probability, all extended by every symbol, again
// and again. Also gives the rounds, for a picture of the tree.
function beamSearch(step, state, start, end, width, longest) {
  let beam = [{ symbols: [], last: start, score: 0, state, done: false }];
  const rounds = [beam];
  while (rounds.length <= longest && beam.some((path) => !path.done)) {
    const grown = [];
    for (const path of beam) {
      if (path.done) {
        grown.push({ ...path, parent: path });
        continue;
      }
      const next = step(path.last, path.state);
      softmax(next.logits).forEach((p, symbol) => {
        const done = symbol === end;
        const symbols = done ? path.symbols : [...path.symbols, symbol];
        const score = path.score + Math.log(p);
        grown.push({ symbols, last: symbol, score, state: next.state, done, parent: path });
      });
    }
    beam = grown.sort((a, b) => b.score - a.score).slice(0, width);
    rounds.push(beam);
  }
  return { best: beam[0], rounds };
}
