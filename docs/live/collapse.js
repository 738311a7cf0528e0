// Page 7, collapse: the grid of CTC over a spoken string of digits, its paths and its loss.
"use strict";

const data = stored("weights");
const net = (() => {
  const p = readParams(data.params);
  const gru = (way) => ({ W_xh: p[`cell.${way}.W_xh`], W_hh: p[`cell.${way}.W_hh`], b_h: p[`cell.${way}.b_h`], b_hn: p[`cell.${way}.b_hn`] });
  return { forward: gru("forward"), backward: gru("backward"), out: { W_hy: p["out.W_hy"], b_y: p["out.b_y"] } };
})();
const H = net.forward.b_hn.length;
const V = 11; // the blank and ten digits
const [RATE, HOP] = [8000, 160]; // a frame is 20 ms on
const LONGEST = 16;
const spoken = data.spoken.map(({ labels, frames, samples }) => {
  const { data: numbers, rows, cols } = readParams({ frames }).frames;
  return { labels, samples, frames: Array.from({ length: rows }, (_, t) => numbers.slice(t * cols, (t + 1) * cols)) };
});
const page = { which: 1, noise: 0, frame: 0, label: "", colour: "posterior", paths: [], heard: null, found: null, seed: 1, playing: false };
const name = (symbol) => (symbol === BLANK ? "·" : String(symbol - 1));
const spell = (symbols) => symbols.map(name).join("");
const labelsOf = (digits) => [...digits].map((digit) => Number(digit) + 1);

// ---- Listening ---------------------------------------------------------------------------------

// The frames with noise: the same noise for the same recording, times what the slider says.
function noisyFrames({ frames }) {
  const next = uniform(page.which + 1);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return frames.map((x) => x.map((value) => value + page.noise * gauss()));
}

// Both directions read all frames; the output layer gets both states of each frame.
function listen() {
  const frames = noisyFrames(spoken[page.which]);
  const ahead = gruForward(frames, zeros(H), net.forward);
  const back = gruForward([...frames].reverse(), zeros(H), net.backward).reverse();
  const logProbs = ahead.map((h, t) => logSoftmax(outputStep(Float64Array.of(...h, ...back[t]), net.out)));
  const greedy = logProbs.map(argmax);
  return { frames, logProbs, greedy, beam: prefixBeamSearch(logProbs, 10) };
}

// Everything about one label: alpha, posteriors of the states, the loss.
function weigh({ logProbs }) {
  const labels = labelsOf(page.label);
  const alphas = ctcLogAlpha(logProbs, labels);
  const logP = ctcLogP(alphas);
  return { labels, states: extendLabels(labels), alphas, loss: -logP, posteriors: ctcStatePosteriors(logProbs, labels, alphas), best: ctcAlign(logProbs, labels) };
}

// ---- Pictures ----------------------------------------------------------------------------------

const area = { left: 0, column: 0 };
function widthOf(canvas) {
  const box = canvas.parentElement;
  const width = Math.max(260, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft));
  area.left = 24;
  area.column = (width - area.left - 2) / spoken[page.which].frames.length;
  return width;
}
const left = (t) => area.left + t * area.column;

function cells(pen, rows, value, top, row) {
  const gap = area.column > 5 ? 1 : 0.3;
  const T = spoken[page.which].frames.length;
  for (let t = 0; t < T; t++) {
    pen.globalAlpha = page.playing && t > page.frame ? 0.25 : 1;
    for (let s = 0; s < rows; s++) {
      pen.fillStyle = gateColour(value(t, s));
      pen.fillRect(left(t), top + s * row, area.column - gap, row - 1);
    }
  }
  pen.globalAlpha = 1;
}

function names(pen, symbols, top, row, bold = -1) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  symbols.forEach((symbol, s) => {
    pen.fillStyle = variable(symbol === BLANK ? "--grey" : "--ink");
    pen.font = `${s === bold ? "bold " : ""}${Math.min(15, row)}px ui-monospace, "DejaVu Sans Mono", monospace`;
    pen.fillText(name(symbol), area.left / 2 - 2, top + (s + 0.5) * row);
  });
}

function cursor(pen, top, height) {
  pen.strokeStyle = variable("--orange");
  pen.lineWidth = 2;
  pen.strokeRect(left(page.frame) - 1.5, top, area.column + 2, height);
}

function drawSays({ logProbs, greedy }) {
  const width = widthOf($("says"));
  const [row, top] = [16, 20];
  const pen = sized($("says"), width, top + V * row + 4);
  cells(pen, V, (t, k) => Math.exp(logProbs[t][k]), top, row);
  names(pen, Array.from({ length: V }, (_, k) => k), top, row, greedy[page.frame]);
  pen.fillStyle = variable("--ink");
  pen.font = `${Math.min(14, area.column * 1.6)}px ui-monospace, "DejaVu Sans Mono", monospace`;
  greedy.forEach((symbol, t) => pen.fillText(name(symbol), left(t) + area.column / 2, top / 2)); // the best of each frame
  cursor(pen, top - 1, V * row + 1);
}

function drawGrid({ states, alphas, posteriors }) {
  const width = widthOf($("grid"));
  const row = states.length > 21 ? 12 : 20;
  const pen = sized($("grid"), width, states.length * row + 6);
  const sums = alphas.map((alpha) => logAdd(...alpha));
  const value = page.colour === "alpha"
    ? (t, s) => (sums[t] === IMPOSSIBLE ? 0 : Math.exp(alphas[t][s] - sums[t]))
    : (t, s) => posteriors[t][s];
  cells(pen, states.length, value, 2, row);
  names(pen, states, 2, row);
  const alone = page.paths.length === 1;
  page.paths.forEach((path, n) => {
    const last = n === page.paths.length - 1;
    pen.strokeStyle = variable(last ? "--vermillion" : "--orange");
    pen.lineWidth = last ? 3 : 1.6;
    pen.globalAlpha = last ? 1 : 0.55;
    pen.beginPath();
    const shift = alone ? 0 : ((n % 5) - 2) * 1.3; // paths that share cells lie beside each other
    const shown = page.playing ? path.slice(0, page.frame + 1) : path;
    shown.forEach((s, t) => pen[t ? "lineTo" : "moveTo"](left(t) + area.column / 2, 2 + (s + 0.5) * row + shift));
    pen.stroke();
    if (last && area.column > 7) {
      pen.fillStyle = variable("--vermillion");
      shown.forEach((s, t) => pen.fillRect(left(t) + area.column / 2 - 2, 2 + (s + 0.5) * row + shift - 2, 4, 4));
    }
  });
  pen.globalAlpha = 1;
  cursor(pen, 1, states.length * row + 1);
}

// Labels and their probabilities: the best of the beam, and the one that is typed.
function drawLikely({ beam }, { loss }) {
  const width = Math.max(260, $("likely").parentElement.clientWidth - 2 * parseFloat(getComputedStyle($("likely").parentElement).paddingLeft));
  const rows = beam.slice(0, 5).map(({ labels, logP }) => [spell(labels), Math.exp(logP)]);
  if (!rows.some(([text]) => text === page.label)) rows.push([page.label, Math.exp(-loss)]);
  const wide = 24 + 11 * Math.max(4, ...rows.map(([text]) => text.length));
  const room = width - wide - 110;
  const parts = rows.map(([text, p], n) => {
    const here = text === page.label;
    const y = n * 26;
    return svg("g", {},
      svg("text", { x: wide - 12, y: y + 18, "text-anchor": "end", class: "mono", "font-size": 16, "font-weight": here ? 750 : 400 }, text || "(nothing)"),
      svg("rect", { x: wide, y: y + 4, width: Math.max(1.5, p * room), height: 18, rx: 3, fill: here ? "var(--green)" : "var(--blue)", opacity: here ? 1 : 0.75 }),
      svg("text", { x: wide + Math.max(1.5, p * room) + 8, y: y + 18, class: "label" }, `${chance(p)}${here ? ", your label" : ""}`));
  });
  const height = rows.length * 26 + 2;
  set($("likely"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...parts);
  const words = `Most likely: ${rows.slice(0, 3).map(([text, p]) => `${text || "nothing"}, ${chance(p)}`).join("; ")}.`;
  $("likely").setAttribute("aria-label", words);
}

// A probability in words: also one that is far below a thousandth.
const chance = (p) => (p >= 0.0005 ? percent(p) : p < 1e-6 ? "less than one in a million" : `1 in ${Number((1 / p).toPrecision(2)).toLocaleString("en")}`);

// ---- Words -------------------------------------------------------------------------------------

function tell({ logProbs, greedy }, { states, loss, alphas, posteriors }) {
  const T = logProbs.length;
  const p = [...logProbs[page.frame]].map(Math.exp);
  const order = [...p.keys()].sort((a, b) => p[b] - p[a]).slice(0, 2).filter((k, n) => n === 0 || p[k] > 0.02);
  const called = (symbol) => (symbol === BLANK ? "the blank" : `“${name(symbol)}”`);
  const frame = `Frame ${page.frame + 1} of ${T}: ${order.map((k) => `${called(k)} ${percent(p[k])}`).join(", ")}. `
    + `The best of each frame, on top, collapse to ${spell(collapse(greedy)) || "nothing"}.`;
  $("frame-told").textContent = frame;
  const { labels: truth } = spoken[page.which];
  const heard = spell(collapse(greedy));
  const verdict = loss === Infinity
    ? `${page.label} needs more frames than the ${T} that there are: no path collapses to it, and the loss is infinite.`
    : `The loss of ${page.label || "saying nothing"} is ${fixed(loss, loss < 0.01 ? 4 : 2)} nats: a probability of ${chance(Math.exp(-loss))}. `
      + (page.label === truth ? `That is what was said${heard === truth ? "" : `, but the network hears ${heard || "nothing"}`}.` : `${truth} was said.`);
  $("verdict").textContent = verdict;
  const row = page.colour === "alpha" ? alphas[page.frame].map((a) => Math.exp(a - logAdd(...alphas[page.frame]))) : posteriors[page.frame];
  const top = argmax(row);
  const grid = loss === Infinity ? "The grid is empty." : page.colour === "alpha"
    ? `The greener, the larger the share of the beginnings of paths, up to that frame, which end there. At frame ${page.frame + 1} row ${top + 1}, ${called(states[top])}, has ${percent(row[top])}.`
    : `The greener, the more of the label's whole probability goes through there. At frame ${page.frame + 1} row ${top + 1}, ${called(states[top])}, has ${percent(row[top])}.`;
  $("grid-told").textContent = grid;
  const path = page.paths.at(-1);
  const symbols = path ? path.map((s) => states[s]) : null;
  const line = (term, text) => [el("dt", {}, term), el("dd", {}, text || "(nothing)")];
  $("collapse").replaceChildren(...(symbols ? [...line("the path", spell(symbols)), ...line("merged", spell(mergeNeighbours(symbols))), ...line("no blanks", spell(collapse(symbols)))] : []));
  $("says").setAttribute("aria-label", frame);
  $("grid").setAttribute("aria-label", `${states.length} rows, ${T} frames. ${grid} ${symbols ? `The last path lit up: ${spell(symbols)}.` : ""}`);
  return `${verdict} ${frame}`;
}

// ---- Answers -----------------------------------------------------------------------------------

function show() {
  const { heard, found } = page;
  const T = heard.logProbs.length;
  page.frame = Math.min(page.frame, T - 1);
  $("noise").value = page.noise;
  $("noise-value").textContent = fixed(page.noise, 1);
  set($("frame"), { max: T });
  $("frame").value = page.frame + 1;
  $("frame-value").textContent = page.frame + 1;
  $("show-alpha").setAttribute("aria-pressed", page.colour === "alpha");
  $("show-posterior").setAttribute("aria-pressed", page.colour !== "alpha");
  [...$("spoken").querySelectorAll("button")].forEach((button, n) => button.setAttribute("aria-pressed", n === page.which));
  for (const id of ["best", "draw-one", "draw-many"]) $(id).disabled = found.best === null;
  drawSays(heard);
  drawGrid(found);
  drawLikely(heard, found);
  const words = tell(heard, found);
  if (!page.playing) announce(words);
}

// New frames, a new label, or only another view: what depends on it is worked out anew.
function choose(values) {
  Object.assign(page, values);
  const anew = "which" in values || "noise" in values;
  if (anew) page.heard = listen();
  if (anew || "label" in values) {
    page.found = weigh(page.heard);
    page.paths = page.found.best ? [page.found.best] : [];
  }
  show();
}

function drawPaths(count) {
  const paths = count === 1 ? [...page.paths] : [];
  for (let n = 0; n < count; n++) {
    page.seed += 1;
    const path = ctcDrawPath(page.found.alphas, page.found.labels, uniform(page.seed));
    paths.push(path);
  }
  choose({ paths: paths.slice(-12) });
}

function type(text) {
  const { text: kept, message } = readable(text, "0123456789", LONGEST, "the digits 0 to 9");
  $("message").textContent = message || (kept ? "" : "Nothing is typed: the label of silence.");
  choose({ label: kept });
}

function give(which) {
  stop();
  $("label").value = spoken[which].labels;
  $("message").textContent = "";
  choose({ which, label: spoken[which].labels, frame: 0 });
}

// ---- Sound ---------------------------------------------------------------------------------------

let sound = null;
let following = null;

function play() {
  stop();
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) {
    $("message").textContent = "This browser has no WebAudio: the frames can be seen, not heard.";
    return;
  }
  const samples = Float32Array.from(atob(spoken[page.which].samples), (letter) => ((letter.charCodeAt(0) << 24) >> 24) / 140);
  sound = new Context();
  const clip = sound.createBuffer(1, samples.length, RATE);
  clip.copyToChannel(samples, 0);
  const source = sound.createBufferSource();
  source.buffer = clip;
  source.connect(sound.destination);
  const begin = sound.currentTime + 0.1;
  source.start(begin);
  page.playing = true;
  $("play").textContent = "■ stop";
  $("play").setAttribute("aria-pressed", "true");
  following = setInterval(() => {
    const frame = Math.floor(((sound.currentTime - begin) * RATE) / HOP);
    if (frame >= page.heard.logProbs.length) stop();
    else if (frame >= 0 && frame !== page.frame) choose({ frame });
  }, 30);
}

function stop() {
  clearInterval(following);
  sound?.close();
  sound = null;
  $("play").textContent = "▶ listen";
  $("play").setAttribute("aria-pressed", "false");
  if (!page.playing) return;
  page.playing = false;
  show();
}

function pressed(event) {
  const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
  const frame = Math.floor((x - area.left) / area.column);
  stop();
  if (frame >= 0 && frame < page.heard.logProbs.length) choose({ frame });
}

document.addEventListener("DOMContentLoaded", () => {
  spoken.forEach(({ labels }, n) => {
    const button = el("button", { type: "button", class: "mono" }, [...labels].join(" "));
    button.addEventListener("click", () => give(n));
    $("spoken").append(button);
  });
  $("play").addEventListener("click", () => (sound ? stop() : play()));
  $("noise").addEventListener("input", () => choose({ noise: Number($("noise").value) }));
  $("frame").addEventListener("input", () => { stop(); choose({ frame: Number($("frame").value) - 1 }); });
  $("label").addEventListener("input", () => type($("label").value));
  $("show-alpha").addEventListener("click", () => choose({ colour: "alpha" }));
  $("show-posterior").addEventListener("click", () => choose({ colour: "posterior" }));
  $("best").addEventListener("click", () => choose({ paths: [page.found.best] }));
  $("draw-one").addEventListener("click", () => drawPaths(1));
  $("draw-many").addEventListener("click", () => drawPaths(10));
  $("clear").addEventListener("click", () => choose({ paths: [] }));
  for (const id of ["says", "grid"]) $(id).addEventListener("click", pressed);
  onRedraw(() => page.heard && show());
  page.frame = 20;
  $("label").value = spoken[page.which].labels;
  choose({ which: page.which, label: spoken[page.which].labels });
});
