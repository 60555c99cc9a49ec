// Five charts of one window of time, each with a sentence for those who do not see it.

import {clock, element, millis, number, say, show} from "./dom.js";

const WINDOW = 300;
const HEIGHT = 132;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

// Shorter than the window at first: a line that has just begun is to be seen.
const SHORTEST = 60;

const line = (label, read, ink, format, dash) => ({label, read, ink, format, dash});
const rate = (value) => (value === null ? "–" : number(value, value > 0 && value < 10 ? 1 : 0));
const count = (value) => (value === null ? "–" : number(value));
const CHARTS = [
  {title: "Statements a second", axis: rate, least: 1, lines: [line("statements", (s) => s.statements, "--ink-1", rate)]},
  {title: "Response time", axis: millis, least: 10, lines: [
    line("p50", (s) => s.p50, "--ink-1", millis), line("p99", (s) => s.p99, "--ink-2", millis, [6, 3])]},
  {title: "Errors a second", axis: rate, least: 1, lines: [line("errors", (s) => s.errors, "--ink-bad", rate)]},
  {title: "Connections", axis: count, least: 1, lines: [line("in use", (s) => s.inUse, "--ink-1", count),
    line("callers waiting", (s) => s.waiting, "--ink-2", count, [6, 3]), line("most", (s) => s.most, "--ink-3", count, [2, 3])]},
  {title: "Replica lag", axis: millis, least: 100, lines: []},
];
const INKS = ["--ink-1", "--ink-2", "--ink-4", "--ink-3"];
const DASHES = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]];

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Charts {
  constructor(parent, note) {
    this.samples = [];
    this.replicas = [];
    this.drawn = 0;
    this.figures = CHARTS.map((chart) => new Figure(parent, chart));
    import("./uplot.js").then((found) => this.start(found.default), () => {
      say(note, "Without org.webjars.npm:uplot on the class path there are figures, but no lines.");
      show(note, true);
    });
    dark.addEventListener("change", () => this.again());
    new ResizeObserver(() => this.figures.forEach((figure) => figure.fit())).observe(parent);
  }

  start(uPlot) {
    this.figures.forEach((figure) => { figure.uPlot = uPlot; });
    this.draw();
  }

  again() {
    this.figures.forEach((figure) => figure.forget());
    this.draw();
  }

  take({first, samples}) {
    this.samples = first ? samples : this.samples.concat(samples).slice(-WINDOW);
    const seen = new Set(this.samples.flatMap((sample) => Object.keys(sample.lag)));
    const replicas = [...seen].sort();
    if (replicas.join() !== this.replicas.join()) {
      this.replicas = replicas;
      this.figures[4].lines = replicas.map((name, i) =>
        line(name, (s) => s.lag[name] ?? null, INKS[i % INKS.length], millis, DASHES[i % DASHES.length]));
      this.figures[4].forget();
    }
  }

  // Lines that creep are motion, too: whoever wants little of it gets a new picture every five seconds.
  draw() {
    if (this.samples.length === 0) return;
    const now = Date.now();
    const lines = !calm.matches || now - this.drawn > 5000;
    if (lines) this.drawn = now;
    this.figures.forEach((figure) => figure.draw(this.samples, lines));
  }
}

class Figure {
  constructor(parent, {title, lines, axis, least}) {
    Object.assign(this, {title, lines, axis, least});
    this.legend = element("ul", {class: "legend"});
    this.plot = element("div", {class: "plot", role: "img"});
    parent.append(element("figure", {}, element("figcaption", {}, element("h3", {}, title), this.legend), this.plot));
  }

  forget() {
    this.chart?.destroy();
    this.chart = undefined;
    this.legend.replaceChildren();
  }

  draw(samples, lines) {
    this.words(samples);
    if (!this.uPlot || !lines || !this.lines.length) return;
    const data = [samples.map((s) => s.t / 1000), ...this.lines.map(({read}) => samples.map(read))];
    if (this.chart) this.chart.setData(data);
    else this.chart = new this.uPlot(this.options(), data, this.plot);
    this.plot.dataset.points = samples.length;
  }

  words(samples) {
    const last = samples[samples.length - 1];
    if (this.legend.children.length !== this.lines.length) {
      this.legend.replaceChildren(...this.lines.map(({label, ink, dash}) => element("li", {},
        element("span", {class: `key ${ink.slice(2)} ${dash ? "dashed" : ""}`, "aria-hidden": "true"}), `${label} `,
        element("strong"))));
    }
    this.lines.forEach(({read, format}, i) => say(this.legend.children[i].querySelector("strong"), format(read(last))));
    const all = this.lines.map(({label, read, format}) => {
      const values = samples.map(read).filter((value) => value !== null);
      return values.length
        ? `${label} ${format(read(last))} now, between ${format(Math.min(...values))} and ${format(Math.max(...values))}`
        : `${label} without a value`;
    });
    this.plot.setAttribute("aria-label", `${this.title}: ${all.join("; ") || "there is no replica"}.`);
    if (!this.lines.length) say(this.plot, "There is no replica that answers.");
    else if (!this.chart && this.plot.firstElementChild === null) say(this.plot, "");
  }

  options() {
    const quiet = css("--quiet");
    const grid = {stroke: css("--line"), width: 1};
    const font = "12px system-ui, sans-serif";
    return {
      width: this.plot.clientWidth, height: HEIGHT, legend: {show: false}, cursor: {show: false}, padding: [8, 24, 0, 0],
      scales: {
        x: {range: (u, min, max) => [Math.min(min, max - SHORTEST), max]},
        y: {range: (u, min, max) => [0, Math.max(max ?? 0, this.least) * 1.1]},
      },
      axes: [
        {stroke: quiet, grid, ticks: {show: false}, font, size: 24, space: 70,
          values: (u, marks, axis, space, step) => marks.map((t) => clock(t * 1000).slice(0, step < 60 ? 8 : 5))},
        {stroke: quiet, grid, ticks: {show: false}, font, size: 58, space: 36, values: (u, marks) => marks.map(this.axis)},
      ],
      series: [{}, ...this.lines.map(({label, ink, dash}) =>
        ({label, stroke: css(ink), width: 1.75, dash, spanGaps: true, points: {show: false}}))],
    };
  }

  fit() {
    if (this.chart && this.plot.clientWidth) this.chart.setSize({width: this.plot.clientWidth, height: HEIGHT});
  }
}
