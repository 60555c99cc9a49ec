// One card for each server.

import {bytes, element, keyed, millis, number, say} from "./dom.js";

const STATES = {
  UP: {mood: "good", sign: "●", word: "up"},
  LIMITED: {mood: "warn", sign: "◐", word: "limited"},
  DOWN: {mood: "bad", sign: "✕", word: "down"},
};
const ROLES = {PRIMARY: "Primary", REPLICA: "Replica", UNKNOWN: "Role unknown"};
const FACTS = ["Lag", "Timeline", "Connections", "Callers waiting"];

function create() {
  const card = element("article", {class: "card"},
    element("h3"),
    element("p", {class: "role"}, element("span", {class: "role-word"}), element("span", {class: "pill"},
      element("span", {class: "sign", "aria-hidden": "true"}), " ", element("span", {class: "word"}))),
    element("p", {class: "why"}));
  const facts = element("dl");
  for (const name of FACTS) facts.append(element("div", {}, element("dt", {}, name), element("dd")));
  card.append(facts, element("meter", {min: "0", "aria-label": "Connections in use"}));
  return card;
}

function update(card, node) {
  const state = STATES[node.state] ?? STATES.DOWN;
  const known = node.state !== "DOWN";
  card.dataset.mood = state.mood;
  card.dataset.state = node.state;
  say(card.querySelector("h3"), node.name);
  say(card.querySelector(".role-word"), ROLES[node.role] ?? node.role);
  card.querySelector(".pill").dataset.mood = state.mood;
  say(card.querySelector(".sign"), state.sign);
  say(card.querySelector(".word"), state.word);
  say(card.querySelector(".why"), sentence(node.why));
  const lag = node.role === "REPLICA" && known ? `${bytes(node.lagBytes)}, ${millis(node.lag)}` : "–";
  const facts = [lag, node.timeline ? number(node.timeline) : "–",
    `${number(node.inUse)} in use, ${number(node.idle)} idle, of ${number(node.most)}`, number(node.waiting)];
  card.querySelectorAll("dd").forEach((fact, i) => say(fact, facts[i]));
  const meter = card.querySelector("meter");
  meter.max = Math.max(1, node.most);
  meter.high = 0.9 * meter.max;
  meter.value = node.inUse;
  say(meter, `${node.inUse} of ${node.most}`);
}

function sentence(why) {
  const text = why.charAt(0).toUpperCase() + why.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function nodes(parent, cards) {
  keyed(parent, cards, (node) => node.name, create, update);
}
