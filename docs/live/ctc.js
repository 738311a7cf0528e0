// CTC: a translation of rnnlib/ctc.py and ctc_decoding.py. Symbol 0 is the blank, written "·";
// `logProbs` holds a row of log-probabilities for each frame.
"use strict";

const BLANK = 0;
const IMPOSSIBLE = -Infinity;

function logAdd(...values) {
  const most = Math.max(...values);
  if (most === IMPOSSIBLE) return IMPOSSIBLE;
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

function logAddTwo(a, b) {
  if (a === IMPOSSIBLE) return b;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

// log p_k = y_k - log sum over all of exp y
function logSoftmax(logits) {
  const all = logAdd(...logits);
  return logits.map((y) => y - all);
}

// What a path spells: equal neighbours merged, then blanks dropped.
const mergeNeighbours = (path) => path.filter((symbol, t) => t === 0 || symbol !== path[t - 1]);
const collapse = (path) => mergeNeighbours(path).filter((symbol) => symbol !== BLANK);

// The labels with a blank before, between and after them: the states of the recursion.
const extendLabels = (labels) => [BLANK, ...labels.flatMap((label) => [label, BLANK])];

// A label may be entered from two states before, unless that is the same label.
const maySkip = (states, s) => s >= 2 && states[s] !== BLANK && states[s] !== states[s - 2];

// alpha_t(s) = p_t(z_s) (alpha_{t-1}(s) + alpha_{t-1}(s-1) + alpha_{t-1}(s-2)), in logarithms:
// of all beginnings of paths that end in each state at each frame.
function ctcLogAlpha(logProbs, labels) {
  const states = extendLabels(labels);
  let before = states.map((symbol, s) => (s < 2 ? logProbs[0][symbol] : IMPOSSIBLE));
  const alphas = [before];
  for (let t = 1; t < logProbs.length; t++) {
    before = states.map((symbol, s) => logProbs[t][symbol] + logAdd(before[s], s >= 1 ? before[s - 1] : IMPOSSIBLE, maySkip(states, s) ? before[s - 2] : IMPOSSIBLE));
    alphas.push(before);
  }
  return alphas;
}

// log p(labels): the last frame's last label and last blank together.
const ctcLogP = (alphas) => logAdd(...alphas.at(-1).slice(-2));

// For each frame, how likely each *state* is, given the labels: alpha beta / (p_t(z_s) p(labels)).
// beta is alpha on the reversed frames and labels.
function ctcStatePosteriors(logProbs, labels, alphas) {
  const states = extendLabels(labels);
  const betas = ctcLogAlpha([...logProbs].reverse(), [...labels].reverse());
  const [T, S, logP] = [logProbs.length, states.length, ctcLogP(alphas)];
  return alphas.map((row, t) => row.map((alpha, s) => {
    const both = alpha + betas[T - 1 - t][S - 1 - s];
    return both === IMPOSSIBLE || logP === IMPOSSIBLE ? 0 : Math.exp(both - logProbs[t][states[s]] - logP);
  }));
}

// The likeliest path that spells the labels, as states (Viterbi); null if there is none.
function ctcAlign(logProbs, labels) {
  const states = extendLabels(labels);
  let score = states.map((symbol, s) => (s < 2 ? logProbs[0][symbol] : IMPOSSIBLE));
  const came = [];
  for (let t = 1; t < logProbs.length; t++) {
    const choices = states.map((_, s) => [score[s], s >= 1 ? score[s - 1] : IMPOSSIBLE, maySkip(states, s) ? score[s - 2] : IMPOSSIBLE]);
    came.push(choices.map(argmax));
    score = states.map((symbol, s) => logProbs[t][symbol] + Math.max(...choices[s]));
  }
  const S = states.length;
  let state = S === 1 || score[S - 1] > score[S - 2] ? S - 1 : S - 2;
  if (score[state] === IMPOSSIBLE) return null;
  const path = [state];
  for (let t = came.length - 1; t >= 0; t--) path.unshift((state -= came[t][state]));
  return path;
}

// One path, drawn from all that spell the labels: from the last frame back, each state with the
// probability that it has among those which lead to the next one. `random` gives numbers 0 to 1.
function ctcDrawPath(alphas, labels, random) {
  const states = extendLabels(labels);
  const S = states.length;
  let from = S === 1 ? [0] : [S - 2, S - 1];
  const path = [];
  for (let t = alphas.length - 1; t >= 0; t--) {
    const weights = from.map((s) => alphas[t][s]);
    const all = logAdd(...weights);
    const state = from[draw(weights.map((w) => Math.exp(w - all)), random())];
    path.unshift(state);
    from = [state, state - 1, ...(maySkip(states, state) ? [state - 2] : [])].filter((s) => s >= 0);
  }
  return path;
}

// The likeliest labels: a search over prefixes. Of each prefix it adds up the paths that end in a
// blank, b, and in its last label, n; `width` prefixes are kept after each frame. A prefix is a
// string with a letter for each label: strings can be looked up quickly.
const LABEL = Array.from({ length: 64 }, (_, symbol) => String.fromCharCode(48 + symbol));
function prefixBeamSearch(logProbs, width) {
  let beam = [{ prefix: "", b: 0, n: IMPOSSIBLE }];
  for (const frame of logProbs) {
    const found = new Map();
    const add = (prefix, b, n) => {
      const entry = found.get(prefix);
      if (entry) [entry.b, entry.n] = [logAddTwo(entry.b, b), logAddTwo(entry.n, n)];
      else found.set(prefix, { prefix, b, n });
    };
    for (const { prefix, b, n } of beam) {
      const both = logAddTwo(b, n);
      add(prefix, both + frame[BLANK], IMPOSSIBLE);
      for (let symbol = 1; symbol < frame.length; symbol++) {
        const again = prefix !== "" && LABEL[symbol] === prefix[prefix.length - 1];
        if (again) add(prefix, IMPOSSIBLE, n + frame[symbol]);
        add(prefix + LABEL[symbol], IMPOSSIBLE, (again ? b : both) + frame[symbol]);
      }
    }
    const ranked = [...found.values()];
    for (const one of ranked) one.logP = logAddTwo(one.b, one.n);
    beam = ranked.sort((x, y) => y.logP - x.logP).slice(0, width);
  }
  return beam.map(({ prefix, logP }) => ({ labels: [...prefix].map((label) => LABEL.indexOf(label)), logP }));
}
