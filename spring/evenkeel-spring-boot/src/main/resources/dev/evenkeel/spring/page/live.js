// The connection: one EventSource, and the truth about it when it is lost.

import {byId, clock, say, show} from "./dom.js";
import {Board} from "./board.js";

const SILENCE = 5000;
const RETRY = 2000;

const board = new Board();
let source;
let heard = 0;
let waiting = Date.now();
let lost = false;
let again;

function state(mood, sign, word) {
  byId("connection").dataset.mood = mood;
  say(byId("connection").querySelector(".sign"), sign);
  say(byId("connection-word"), word);
}

function connect() {
  clearTimeout(again);
  source?.close();
  waiting = Date.now();
  source = new EventSource(new URL("stream", import.meta.url));
  source.onmessage = (message) => {
    heard = waiting = Date.now();
    if (lost) board.returned();
    lost = false;
    show(byId("banner"), false);
    document.body.classList.remove("stale");
    state("good", "●", board.paused ? "paused" : "live");
    board.take(JSON.parse(message.data));
  };
  // A dropped connection is opened again by the browser; one that was refused is not.
  source.onerror = () => {
    lose();
    if (source.readyState === EventSource.CLOSED) later();
  };
}

function later() {
  clearTimeout(again);
  again = setTimeout(connect, RETRY);
}

function lose() {
  if (lost) return;
  lost = true;
  state("bad", "✕", "connection lost");
  const since = heard ? ` These figures are of ${clock(heard)}.` : "";
  say(byId("banner"), `The connection to the application is lost.${since} Trying again.`);
  show(byId("banner"), true);
  document.body.classList.add("stale");
}

// A network that is gone says nothing, and the browser would wait for minutes. A page that nobody sees has slow timers.
setInterval(() => {
  const silent = Date.now() - waiting;
  if (document.hidden || silent < SILENCE) return;
  lose();
  if (silent > 2 * SILENCE) connect();
}, 1000);

byId("pause").addEventListener("click", () => {
  const paused = board.pause();
  byId("pause").setAttribute("aria-pressed", String(paused));
  if (!lost) state(paused ? "note" : "good", paused ? "‖" : "●", paused ? "paused" : "live");
});

connect();
