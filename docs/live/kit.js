// What the live pages share: elements, colours, canvases, sentences for a screen reader.
// Text reaches the page as text nodes alone, never as HTML: whatever somebody types stays text.
"use strict";

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const minus = (text) => text.replace("-", "−");
const fixed = (value, digits = 2) => {
  const text = value.toFixed(digits);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
};
const percent = (p) => (p >= 0.095 || p < 0.0005 ? Math.round(100 * p) : (100 * p).toFixed(1)) + " %";
// A small probability is never called nothing.
const share = (p) => (p < 0.0005 ? "below 0.1 %" : percent(p));
const stored = (id) => JSON.parse($(id).textContent);

// An element with attributes and children; children are elements or text.
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// ---- Colours: those of the notebooks' figures, in rnnlib/plotting/style.py --------------------

// States from -1, blue, over 0, the paper's colour, to 1, red: matplotlib's RdBu_r by light.
const STATE_STOPS = {
  light: ["#053061", "#2065ab", "#4393c3", "#90c4dd", "#d1e5f0", "#f7f6f6",
    "#fddbc7", "#f3a481", "#d6604d", "#b1182b", "#67001f"],
  dark: ["#b9e2ff", "#7cc4f2", "#4a9bd0", "#35709a", "#2b4a62", "#282c33",
    "#5b3a33", "#93503f", "#d0694f", "#f29072", "#ffc9b4"],
};
const GATE_STOPS = {
  light: ["#f7fcf5", "#c7e9c0", "#73c476", "#228a44", "#00441b"],
  dark: ["#23282b", "#1d4a3a", "#1f7a5c", "#2cb287", "#8ff0cf"],
};

const isDark = () => document.documentElement.dataset.theme === "dark";
const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function mix(stops, where) {
  const place = Math.min(1, Math.max(0, where)) * (stops.length - 1);
  const k = Math.min(stops.length - 2, Math.floor(place));
  const channel = (from) => {
    const [a, b] = [stops[k], stops[k + 1]].map((stop) => parseInt(stop.slice(from, from + 2), 16));
    return Math.round(a + (b - a) * (place - k));
  };
  return `rgb(${channel(1)},${channel(3)},${channel(5)})`;
}

// 201 colours, worked out once for each theme: a strip of a thousand cells is painted at every key.
const palettes = {};
function palette(stops, name) {
  const key = name + (isDark() ? "dark" : "light");
  palettes[key] ??= Array.from({ length: 201 }, (_, k) => mix(stops[isDark() ? "dark" : "light"], k / 200));
  return palettes[key];
}
const stateColour = (h) => palette(STATE_STOPS, "state")[Math.round(100 * (1 + Math.max(-1, Math.min(1, h))))];
const gateColour = (g) => palette(GATE_STOPS, "gate")[Math.round(200 * Math.max(0, Math.min(1, g)))];
// Letters on a filled cell: whichever of black and white can be read on it.
const inkOn = (strength) => (strength > 0.55 !== isDark() ? "#ffffff" : "#14161a");

// ---- Canvases ------------------------------------------------------------------------------

// Make the canvas `width` by `height` pixels of the page, sharp on dense screens.
function sized(canvas, width, height) {
  const dense = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// A state as a cell: its colour, and a slit where it is below zero, for whoever sees no colours.
function stateCell(pen, x, y, width, height, h) {
  pen.fillStyle = stateColour(h);
  pen.fillRect(x, y, width, height);
  if (h < -0.05 && width > 6 && height > 6) {
    pen.fillStyle = inkOn(Math.abs(h));
    pen.globalAlpha = 0.75;
    const slit = Math.abs(h) * Math.min(width - 4, 12);
    pen.fillRect(x + (width - slit) / 2, y + height / 2 - 0.75, slit, 1.5);
    pen.globalAlpha = 1;
  }
}

// ---- What somebody types -----------------------------------------------------------------------

// The letters of a text that an alphabet holds, at most `longest`, and a sentence on the rest.
function readable(text, alphabet, longest, learned = "a to z", small = true) {
  const kept = [];
  const unknown = new Set();
  let known = 0;
  for (const letter of small ? text.toLowerCase() : text) {
    if (!alphabet.includes(letter)) {
      if (unknown.size < 6) unknown.add(letter === " " ? "space" : letter);
    } else if (++known <= longest) kept.push(letter);
  }
  const sentences = [];
  if (unknown.size) sentences.push(`The network has learned only ${learned}. Left out: ${[...unknown].join(" ")}`);
  if (known > longest) sentences.push(`Only the first ${longest} of ${known.toLocaleString("en")} letters are read.`);
  return { text: kept.join(""), message: sentences.join(" ") };
}

// ---- Sentences for a screen reader: the last one, when nothing has changed for a while -----------

let waiting;
function announce(sentence) {
  clearTimeout(waiting);
  waiting = setTimeout(() => { $("said").textContent = sentence; }, 500);
}

// ---- Luck that can be had again ------------------------------------------------------------------

// Numbers from 0 to 1, the same for the same seed (mulberry32).
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// ---- Theme -----------------------------------------------------------------------------------

const redraws = [];
function onRedraw(redraw) {
  redraws.push(redraw);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "light page" : "dark page";
  redraws.forEach((redraw) => redraw());
}

document.addEventListener("DOMContentLoaded", () => {
  const wish = matchMedia("(prefers-color-scheme: dark)");
  const wished = () => (wish.matches ? "dark" : "light");
  setTheme(wished());
  wish.addEventListener("change", () => setTheme(wished()));
  $("theme").addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) redraws.forEach((redraw) => redraw());
    width = innerWidth;
  });
});
const quiet = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
