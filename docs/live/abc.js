// Tunes in ABC notation: a translation of rnnlib/music/notation.py, lengths.py and pitch.py.
// A text of notes is cut into bars of tokens; of the tokens, lengths and pitches are read.
"use strict";

const LENGTH = "(?:[1-9]\\d*)?(?://?(?:[1-9]\\d*)?)?";
const NOTE = `(?:(?:\\^\\^|__|[\\^_=])?[A-Ga-g][,']*|z)${LENGTH}`;
const TOKEN = new RegExp(
  "(?<bar>\\|:|\\|\\]|\\|\\||:\\||::|\\[\\||\\|)|(?<ending>\\[[12]|(?<=\\|)[12])"
  + `|(?<token>\\[(?:${NOTE})+\\]${LENGTH}|\\(3|[<>-]|\\{[^}\\n]*\\}|${NOTE})`, "g");

// How many units of L:1/8 a full bar holds.
function fullBar(metre) {
  const [beats, whole] = ({ C: "4/4", "C|": "2/2" }[metre] || metre).split("/").map(Number);
  return (beats / whole) * 8;
}

// The length of one note as it is written: a number after a slash divides, a slash alone means /2.
function noteLength(token) {
  const digits = token.slice(token.lastIndexOf("]") + 1).replace(/[^0-9/]/g, "");
  const [above, ...below] = digits.split("/");
  const last = below.at(-1);
  return Number(above || 1) / (last ? Number(last) : 2 ** below.length);
}

// How long each note of a bar sounds: triplets last 2/3, "a>b" is 3/2 and 1/2, "a<b" 1/2 and 3/2.
function noteDurations(tokens) {
  const found = [];
  let [factor, left] = [1, 0];
  for (const token of tokens) {
    if (token === "(3") left = 3;
    else if (token === "<" || token === ">") {
      if (found.length) found[found.length - 1] *= token === ">" ? 1.5 : 0.5;
      factor = token === ">" ? 0.5 : 1.5;
    } else if (!"{-".includes(token[0])) {
      found.push(noteLength(token) * factor * (left > 0 ? 2 / 3 : 1));
      [factor, left] = [1, left - 1];
    }
  }
  return found;
}
const total = (values) => values.reduce((sum, value) => sum + value, 0);

// The bars of a text: each with its tokens, the signs on both sides, an ending's number, and where
// in the text it ends.
function readBars(notes) {
  const bars = [];
  const fresh = () => ({ tokens: [], left: "", right: "", ending: "", end: 0 });
  let bar = fresh();
  for (const { groups, 0: sign, index } of notes.matchAll(TOKEN)) {
    if (groups.token) {
      const before = bar.tokens.at(-1);
      const joins = "<>-".includes(sign);
      if (joins && (!before || before === "(3" || "<>-".includes(before))) continue; // it needs a note in front
      bar.tokens.push(sign.replace("//", "/4"));
    } else if (groups.ending) {
      if (bar.tokens.length) { // in the middle of a bar: it is cut there
        bars.push({ ...bar, end: index });
        bar = fresh();
      }
      Object.assign(bar, { ending: sign.at(-1), section: true });
    } else {
      if (bar.tokens.length) {
        bar.right = sign === "::" ? ":|" : sign === "|:" || sign === "[|" ? "|" : sign;
        bar.end = index + sign.length;
        bars.push(bar);
        bar = fresh();
      }
      if (sign === "|:" || sign === "::") bar.left = "|:";
      if (sign !== "|") bar.section = true; // a new section begins: an upbeat may be short
    }
  }
  if (bar.tokens.length) bars.push({ ...bar, end: notes.length, open: true });
  return bars;
}

// Bars with `beats`, what they hold, and `inner`: neither the first nor the last bar of a section.
// Inner bars should add up to the metre. An open bar, without its bar line, is not judged while
// the network is still writing.
function judgeBars(bars, full) {
  return bars.map((bar, k) => {
    const first = k === 0 || bar.section;
    const last = k === bars.length - 1 || bars[k + 1].section;
    const beats = total(noteDurations(bar.tokens));
    return { ...bar, beats, inner: !first && !last, upbeat: first && beats < full - 1e-6, fits: Math.abs(beats - full) < 1e-6 };
  });
}

// ---- Pitches -----------------------------------------------------------------------------------

const MODES = { Major: 0, Mixolydian: -1, Dorian: -2, Minor: -3 };
const CIRCLE = { F: -1, C: 0, G: 1, D: 2, A: 3, E: 4, B: 5 };

// How many sharps a key has; flats are negative.
function sharpsOfKey(key) {
  const [tonic, mode] = key.split(" ");
  return CIRCLE[tonic[0]] + 7 * ((tonic[1] === "#") - (tonic[1] === "b")) + MODES[mode || "Major"];
}

// The letters that a key raises (1) or lowers (-1).
function keySignature(key) {
  const sharps = sharpsOfKey(key);
  const letters = sharps > 0 ? "FCGDAEB" : "BEADGCF";
  return Object.fromEntries([...letters.slice(0, Math.abs(sharps))].map((letter) => [letter, sharps > 0 ? 1 : -1]));
}

// A note's letter, its own accidental or null, and its octaves above the C in the middle.
function nameOf(token) {
  const [, signs, letter, marks] = token.replace(/^\[/, "").match(/^([\^_=]*)([A-Ga-gz])([,']*)/);
  const rise = (sign) => signs.split(sign).length - 1;
  const octaves = (letter === letter.toLowerCase()) + marks.split("'").length - marks.split(",").length;
  return { rest: letter === "z", letter: letter.toUpperCase(), own: signs ? rise("^") - rise("_") : null, octaves };
}

// The MIDI number of a note: 60 is the C in the middle, one more is a semitone.
const midiNumber = ({ letter, own, octaves }, signature) =>
  60 + "C D EF G A B".indexOf(letter) + (own ?? signature[letter] ?? 0) + 12 * octaves;

// The notes of a tune as they sound: {midi, null for a rest; units; bar}. Tied notes are one note.
function melody(bars, key) {
  const notes = [];
  let tied = false;
  bars.forEach((bar, number) => {
    const signature = keySignature(key);
    const lengths = noteDurations(bar.tokens);
    for (const token of bar.tokens) {
      if (token === "-") tied = true;
      else if (!"(<>{".includes(token[0])) {
        const name = nameOf(token);
        const [midi, units] = [name.rest ? null : midiNumber(name, signature), lengths.shift()];
        if (tied && notes.length && midi !== null && notes.at(-1).midi === midi) notes.at(-1).units += units;
        else notes.push({ midi, units, bar: number });
        if (!name.rest && name.own !== null) signature[name.letter] = name.own;
        tied = false;
      }
    }
  });
  return notes;
}
