// Page 6, a tune that never was: an LSTM goes on with two bars, drawn on staves and played.
"use strict";

const data = stored("weights");
const { symbols: SYMBOLS } = data;
const net = (() => {
  const p = readParams(data.params);
  return { cell: { W_xh: p["cell.W_xh"], W_hh: p["cell.W_hh"], b_h: p["cell.b_h"] }, out: { W_hy: p["out.W_hy"], b_y: p["out.b_y"] } };
})();
const before = readParams(data.given); // the state after some other tunes
const V = SYMBOLS.length;
const [LONGEST, LONGEST_BEGINNING] = [330, 60];
const NOTE_SYMBOLS = [..."ABCDEFGabcdefgz123468/,'^_=|:[]()<>- "].filter((c) => SYMBOLS.includes(c)).join("");
const page = { metre: "6/8", key: "D Major", beginning: "", temperature: 0.7, seed: 1, us: [], written: [], done: true, speed: 6, bar: -1, from: 1 };

// ---- Writing -----------------------------------------------------------------------------------

const readSymbol = (symbol, state) => lstmStep(oneHot(SYMBOLS.indexOf(symbol), V), state, net.cell);
const notesOf = () => page.beginning + page.written.map(({ k }) => SYMBOLS[k]).join("").split("\n\n")[0];

// The state after a prompt. What it has in common with the prompt before is not read again.
const path = [];
function stateAfter(prompt) {
  let n = 0;
  while (n < prompt.length && path[n]?.symbol === prompt[n]) n++;
  path.length = n;
  for (const symbol of prompt.slice(n)) path.push({ symbol, state: readSymbol(symbol, path.at(-1)?.state ?? before) });
  return path.at(-1).state;
}

// One symbol after the other: each draw with its probabilities. A blank line ends the tune.
function* compose() {
  let state = stateAfter(`M:${page.metre}\nK:${page.key}\n${page.beginning}`);
  for (let t = 0; t < LONGEST; t++) {
    const p = softmax(outputStep(state.h, net.out), page.temperature);
    const k = draw(p, page.us[t]);
    yield { p, k };
    const ended = SYMBOLS[k] === "\n" && SYMBOLS[page.written.at(-2)?.k] === "\n";
    if (ended) return;
    state = readSymbol(SYMBOLS[k], state);
  }
}

// In pieces of a few milliseconds, so that the page answers every key at once.
let composing = null;
let waitingForMore;
function goOn() {
  const begun = performance.now();
  while (performance.now() - begun < 4) {
    const { value, done } = composing.next();
    if (done) {
      page.done = true;
      show();
      return;
    }
    page.written.push(value);
  }
  if (!page.begun) show(); // the first bars at once; the others when all is written
  page.begun = true;
  waitingForMore = setTimeout(goOn, 0);
}
function write() {
  stop();
  clearTimeout(waitingForMore);
  Object.assign(page, { written: [], done: false, begun: false });
  composing = compose();
  goOn();
}
// All at once: for the test.
function results(values) {
  Object.assign(page, values);
  clearTimeout(waitingForMore);
  page.written = [];
  for (const one of compose()) page.written.push(one);
  page.done = true;
  show();
  return page.written;
}

// ---- The score -----------------------------------------------------------------------------------

function drawScore(bars, full) {
  const box = $("score").parentElement;
  const width = Math.max(260, box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)); // 0 before the first layout
  drawStaff($("score"), bars, { metre: page.metre, key: page.key, full, width, space: width < 500 ? 6.6 : 8,
    wrong: (bar) => bar.inner && !bar.fits, playing: page.bar,
    ink: (bar) => (bar.end <= page.beginning.length ? "var(--blue-text)" : "var(--ink)") });
}

// Three numbers: bars that add up, notes of the scale, the last note.
function measures(bars) {
  const inner = bars.filter((bar) => bar.inner);
  const fitting = inner.filter((bar) => bar.fits).length;
  const notes = melody(bars, page.key).filter(({ midi }) => midi !== null);
  const signature = keySignature(page.key);
  const scale = new Set([..."CDEFGAB"].map((letter) => midiNumber({ letter, own: null, octaves: 0 }, signature) % 12));
  const inScale = notes.filter(({ midi }) => scale.has(midi % 12)).length;
  const tonic = page.key.split(" ")[0];
  const home = midiNumber({ letter: tonic[0], own: null, octaves: 0 }, signature) % 12;
  const last = notes.at(-1);
  return { inner: inner.length, fitting, notes: notes.length, inScale, tonic, ends: last ? last.midi % 12 === home : false };
}

function drawTiles({ inner, fitting, notes, inScale, tonic, ends }) {
  const tile = (large, words) => el("div", { class: "card tile" }, el("b", {}, large), el("span", {}, words));
  const ended = page.written.length < LONGEST;
  $("tiles").replaceChildren(
    tile(inner ? `${fitting} of ${inner}` : "none", inner ? "inner bars add up" : "inner bars so far"),
    tile(notes ? percent(inScale / notes) : "none", notes ? `of its ${notes} notes belong to ${page.key}` : "notes yet"),
    tile(ended ? (ends ? "yes" : "no") : "cut off", ended ? `it ends on ${tonic}, the note that its key is named after` : `after ${LONGEST} symbols it had not ended`));
}

function drawText() {
  const parts = [el("span", { class: "given" }, page.beginning)];
  for (const { p, k } of page.written) {
    const symbol = SYMBOLS[k];
    if (symbol === "\n") parts.push("\n");
    else parts.push(p[k] < 0.1 ? el("u", {}, symbol) : symbol);
  }
  $("abc").replaceChildren(...parts);
}

function drawChart() {
  const width = Math.min(380, $("chart").parentElement.clientWidth);
  const [left, right, top, bottom, height] = [50, width - 14, 14, 150, 190];
  const x = (t) => left + ((right - left) * (t - 0.1)) / 1.4;
  const y = (share) => bottom - (bottom - top) * share;
  const parts = [];
  for (const value of [0, 0.5, 1]) {
    parts.push(svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "axis" }),
      svg("text", { x: left - 7, y: y(value) + 4, "text-anchor": "end", class: "label" }, `${100 * value} %`));
  }
  parts.push(svg("line", { x1: left, x2: right, y1: y(data.real), y2: y(data.real), stroke: "var(--green)", "stroke-width": 2, "stroke-dasharray": "6 4" }));
  for (const value of [0.1, 0.5, 1, 1.5]) parts.push(svg("text", { x: x(value), y: bottom + 17, "text-anchor": "middle", class: "label" }, value));
  parts.push(svg("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle", class: "label" }, "temperature"),
    svg("line", { x1: x(page.temperature), x2: x(page.temperature), y1: top - 8, y2: bottom, stroke: "var(--orange)", "stroke-width": 2 }),
    svg("path", { d: data.curve.map(([t, share], n) => `${n ? "L" : "M"}${x(t)},${y(share)}`).join(""), fill: "none", stroke: "var(--blue)", "stroke-width": 2.5 }),
    ...data.curve.map(([t, share]) => svg("circle", { cx: x(t), cy: y(share), r: 4, fill: "var(--blue)" })));
  set($("chart"), { width, height, viewBox: `0 0 ${width} ${height}` }).replaceChildren(...parts);
  const words = `Inner bars that add up in sixty tunes by the network: ${data.curve.map(([t, share]) => `${percent(share)} at ${t}`).join(", ")}. `
    + `In sixty real tunes that it has not read: ${percent(data.real)}, the dashed line.`;
  $("chart").setAttribute("aria-label", words);
  $("chart-told").textContent = words;
}

// ---- Sound -----------------------------------------------------------------------------------------

let sound = null;
let following = null;

// The notes from a bar on, each with its start and length in seconds.
function schedule(from) {
  let at = 0;
  return page.notes.filter(({ bar }) => bar >= from).map(({ midi, units, bar }) => {
    const note = { midi, bar, start: at, seconds: units / page.speed };
    at += note.seconds;
    return note;
  });
}

function play(from = page.from - 1) {
  stop();
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) {
    $("message").textContent = "This browser has no WebAudio: the tune can be read, not heard.";
    return;
  }
  const notes = schedule(from);
  if (!notes.length) return;
  sound = new Context();
  const wave = sound.createPeriodicWave(new Float32Array(4), new Float32Array([0, 0.6, 0.3, 0.1]));
  const begin = sound.currentTime + 0.08;
  for (const { midi, start, seconds } of notes) {
    if (midi === null) continue;
    const [tone, volume] = [sound.createOscillator(), sound.createGain()];
    tone.setPeriodicWave(wave);
    tone.frequency.value = 440 * 2 ** ((midi - 69) / 12);
    const [on, off] = [begin + start, begin + start + seconds];
    volume.gain.setValueAtTime(0, on); // up within 10 ms, down in the last 30: no clicks
    volume.gain.linearRampToValueAtTime(0.35, on + 0.01);
    volume.gain.setValueAtTime(0.3, Math.max(on + 0.011, off - 0.03));
    volume.gain.linearRampToValueAtTime(0, off);
    tone.connect(volume).connect(sound.destination);
    tone.start(on);
    tone.stop(off);
  }
  $("play").textContent = "■ stop";
  $("play").setAttribute("aria-pressed", "true");
  following = setInterval(() => {
    const now = sound.currentTime - begin;
    const note = notes.findLast(({ start }) => start <= now);
    if (now > notes.at(-1).start + notes.at(-1).seconds) stop();
    else if (note && note.bar !== page.bar) light(note.bar);
  }, 40);
}

function light(bar) {
  page.bar = bar;
  for (const group of $("score").querySelectorAll("[data-bar]")) {
    const here = Number(group.dataset.bar) === bar;
    const wrong = group.querySelector("rect");
    if (here) set(wrong, { "data-fill": wrong.getAttribute("fill"), fill: "var(--lit)", opacity: 0.85 });
    else if (wrong.dataset.fill) {
      set(wrong, { fill: wrong.dataset.fill, opacity: 0.2 });
      wrong.removeAttribute("data-fill");
    }
  }
}

function stop() {
  clearInterval(following);
  sound?.close();
  sound = null;
  page.bar = -1;
  if ($("score").childElementCount) light(-1);
  $("play").textContent = "▶ play";
  $("play").setAttribute("aria-pressed", "false");
}

// ---- Answers ---------------------------------------------------------------------------------------

function show() {
  const full = fullBar(page.metre);
  const bars = judgeBars(readBars(notesOf()), full);
  page.bars = bars;
  page.notes = melody(bars, page.key);
  $("temperature").value = page.temperature;
  $("temperature-value").textContent = fixed(page.temperature);
  $("speed").value = page.speed;
  $("speed-value").textContent = fixed(page.speed, 1);
  page.from = Math.min(page.from, Math.max(1, bars.length));
  set($("from"), { max: Math.max(1, bars.length) });
  $("from").value = page.from;
  $("from-value").textContent = page.from;
  $("speed").setAttribute("aria-valuetext", `${page.speed} eighths a second`);
  [$("metre").value, $("key").value] = [page.metre, page.key];
  drawScore(bars, full);
  if (!page.done) return;
  const found = measures(bars);
  drawTiles(found);
  drawText();
  drawChart();
  const bad = bars.filter((bar) => bar.inner && !bar.fits).map((bar) => bar.number + 1);
  const words = `A tune of ${bars.length} bars in ${page.metre}, ${page.key}. ${found.fitting} of ${found.inner} inner bars add up`
    + (bad.length ? `; not so bar ${bad.join(", ")}.` : ".");
  $("score").setAttribute("aria-label", words);
  announce(words);
}

function choose(values) {
  Object.assign(page, values);
  write();
}

// What is typed, without what the network does not know, and whether its bars add up.
function type(text) {
  const { text: kept, message } = readable(text, NOTE_SYMBOLS, LONGEST_BEGINNING, "the symbols of notes in ABC", false);
  const full = fullBar(page.metre);
  const wrong = judgeBars(readBars(kept), full).slice(0, -1).findIndex((bar) => !bar.upbeat && !bar.fits);
  const bars = readBars(kept);
  const hint = !kept ? "No bars are given: it begins by itself."
    : wrong >= 0 ? `Your bar ${wrong + 1} holds ${Number(total(noteDurations(bars[wrong].tokens)).toFixed(2))} eighths; a bar in ${page.metre} has ${full}.` : "";
  $("message").textContent = message || hint;
  choose({ beginning: kept });
}

function give([metre, key, text]) {
  Object.assign(page, { metre, key });
  $("text").value = text;
  type(text);
}

const KEY_NAMES = { C: "C: 4/4", "C|": "C|: 2/2" };

document.addEventListener("DOMContentLoaded", () => {
  for (const metre of data.metres) $("metre").append(el("option", { value: metre }, KEY_NAMES[metre] || metre));
  for (const key of data.keys) $("key").append(el("option", { value: key }, key));
  for (const symbol of [..."DEFGABcdefgab"]) {
    const button = el("button", { type: "button", class: "mono", "aria-label": `add ${symbol}${symbol > "Z" ? ", the upper one" : ""}` }, symbol);
    button.addEventListener("click", () => { $("text").value += symbol; type($("text").value); });
    $("pad").append(button);
  }
  for (const [shown, label, change] of [["2", "2: twice as long", (text) => text + "2"], ["|", "|: end the bar", (text) => text + "|"], ["⌫", "⌫: take the last one away", (text) => text.slice(0, -1)]]) {
    const button = el("button", { type: "button", class: "mono", "aria-label": label }, shown);
    button.addEventListener("click", () => { $("text").value = change($("text").value); type($("text").value); });
    $("pad").append(button);
  }
  let next = 0;
  $("beginning").addEventListener("click", () => give(data.beginnings[next++ % data.beginnings.length]));
  $("anew").addEventListener("click", () => choose(luck(page.seed + 1)));
  $("play").addEventListener("click", () => (sound ? stop() : play()));
  $("metre").addEventListener("change", () => { page.metre = $("metre").value; type($("text").value); });
  $("key").addEventListener("change", () => choose({ key: $("key").value }));
  $("temperature").addEventListener("input", () => choose({ temperature: Number($("temperature").value) }));
  $("speed").addEventListener("input", () => { stop(); page.speed = Number($("speed").value); show(); });
  $("from").addEventListener("input", () => { stop(); page.from = Number($("from").value); show(); });
  $("text").addEventListener("input", () => type($("text").value));
  $("score").addEventListener("click", (event) => {
    const bar = event.target.closest("[data-bar]")?.dataset.bar;
    if (bar === undefined) return;
    page.from = Number(bar) + 1;
    show();
    play();
  });
  onRedraw(() => page.notes && show());
  Object.assign(page, luck(FIRST_SEED));
  give(FIRST);
});

const luck = (seed) => {
  const next = uniform(seed);
  return { seed, us: Array.from({ length: LONGEST }, next) };
};
const FIRST = ["6/8", "D Major", "A|dAF DFA|def gfe|"];
const FIRST_SEED = 1;
