// What is known, and which part of the page shows it.

import {byId, clock, element, keyed, say, show} from "./dom.js";
import {Charts} from "./charts.js";
import {nodes} from "./nodes.js";
import {migrations, running, statements} from "./tables.js";
import {Cancel} from "./cancel.js";

const MOODS = {HEALTHY: "good", DEGRADED: "warn", UNHEALTHY: "bad"};
const SIGNS = {good: "✓", note: "·", bad: "!"};

export class Board {
  constructor() {
    this.paused = false;
    this.waiting = {};
    this.charts = new Charts(byId("charts"), byId("charts-note"));
    this.cancel = new Cancel();
  }

  // After a restart of the application it may be somebody else's, or other rules may hold.
  returned() {
    this.cancel.ask();
  }

  pause() {
    this.paused = !this.paused;
    if (!this.paused) this.show();
    return this.paused;
  }

  take(news) {
    this.charts.take(news);
    Object.assign(this.waiting, news);
    if (!this.paused) this.show();
  }

  show() {
    const {situation, events, running: now, statements: top, migrations: history} = this.waiting;
    this.waiting = {};
    if (situation) this.situation(situation);
    if (events) this.events(events);
    if (now) running(byId("running"), now, this.cancel);
    if (top) statements(byId("statements"), top);
    if (history) migrations(byId("migrations"), history);
    this.charts.draw();
  }

  situation({status, verdict, advice, schema, nodes: cards}) {
    byId("verdict-box").dataset.mood = MOODS[status] ?? "note";
    say(byId("verdict"), verdict);
    document.title = status === "HEALTHY" ? "Database, live" : `! ${verdict}`;
    keyed(byId("advice"), advice, (text) => text, () => element("li"), say);
    show(byId("advice"), advice.length > 0);
    say(byId("schema"), `Schema: ${schema}.`);
    nodes(byId("nodes"), cards);
  }

  events(entries) {
    show(byId("events-note"), entries.length === 0);
    const key = (entry) => `${entry.t} ${entry.text}`;
    keyed(byId("events"), entries, key, ({t, level, text}) => element("li", {"data-mood": level},
      element("time", {datetime: new Date(t).toISOString()}, clock(t)),
      element("span", {class: "sign", "aria-hidden": "true"}, SIGNS[level] ?? "·"),
      element("span", {}, text)), () => {});
  }
}
