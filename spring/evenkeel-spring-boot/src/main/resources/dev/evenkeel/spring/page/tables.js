// The three tables. On a narrow screen rows become blocks with the names of the columns in them, so the roles are written down.

import {date, element, keyed, millis, number, say, show} from "./dom.js";

function table(parent, caption, columns, {rows, note}, empty, key, fill) {
  let shown = parent.querySelector("table");
  if (!shown) {
    shown = element("table", {role: "table", "aria-label": caption},
      element("thead", {role: "rowgroup"}, element("tr", {role: "row"}, ...columns.map(({name, kind}) =>
        element("th", {role: "columnheader", scope: "col", class: kind ?? ""}, name)))),
      element("tbody", {role: "rowgroup"}));
    parent.append(shown, element("p", {class: "quiet note"}));
  }
  show(shown, rows.length > 0);
  const text = [rows.length === 0 && !note ? empty : "", note ?? ""].join("");
  say(parent.querySelector(".note"), text);
  show(parent.querySelector(".note"), text !== "");
  keyed(shown.tBodies[0], rows, key, (row) => element("tr", {role: "row"}, ...columns.map(({name, kind}) =>
    element("td", {role: "cell", class: kind ?? "", "data-column": name}))),
  (line, row) => fill([...line.cells], row));
}

const RUNNING = [{name: "Runs for", kind: "number"}, {name: "What", kind: "sql"}, {name: "Waits for", kind: "words"},
  {name: "Who", kind: "words"}, {name: "Process", kind: "words"}, {name: "Cancel", kind: "action"}];

export function running(parent, data, cancel) {
  const focused = parent.contains(document.activeElement);
  table(parent, "Running now", RUNNING, data, "No statement runs at this moment.", (row) => row.id, (cells, row) => {
    const waits = row.blockedBy.length
      ? `blocked by process ${row.blockedBy.join(", ")} (${row.waitsFor ?? "lock"})`
      : row.waitsFor ?? (row.state === "active" ? "nothing, it runs" : row.state);
    cells[2].dataset.mood = row.blockedBy.length ? "bad" : "";
    say(cells[0], millis(row.age));
    say(cells[1], row.sql ?? "not shown: the rights do not allow it");
    say(cells[2], waits);
    say(cells[3], `${row.application || "no name"} as ${row.user}`);
    say(cells[4], `${row.pid} on ${row.node}`);
    cancel.cell(cells[5], row);
  });
  // What had the focus may have ended: the keyboard goes on from the title, not from the top of the page.
  if (focused && !parent.contains(document.activeElement)) document.getElementById("running-title").focus();
}

const STATEMENTS = [{name: "Share", kind: "number"}, {name: "Statement", kind: "sql"}, {name: "Executions", kind: "number"},
  {name: "Mean", kind: "number"}, {name: "p99", kind: "number"}, {name: "Rows", kind: "number"}, {name: "Errors", kind: "number"}];

export function statements(parent, data) {
  table(parent, "Statements", STATEMENTS, data, "No statement was seen yet.", (row) => row.id, (cells, row) => {
    say(cells[0], `${number(100 * row.share, 1)} %`);
    if (!cells[1].firstChild) cells[1].append(element("span"), element("span", {class: "finding"}));
    say(cells[1].firstChild, row.sql || row.summary);
    say(cells[1].lastChild, row.reasons.length ? `! ${row.reasons.join("; ")}` : "");
    [number(row.calls), millis(row.mean), millis(row.p99), number(row.rows), number(row.errors)]
      .forEach((text, i) => say(cells[i + 2], text));
    cells[6].dataset.mood = row.errors ? "bad" : "";
  });
}

const MIGRATIONS = [{name: "Version"}, {name: "Name"}, {name: "State"}, {name: "Applied"}, {name: "Took", kind: "number"}];
const STATES = {PENDING: ["note", "… pending"], COMPLETED: ["good", "✓ applied"], FAILED: ["bad", "✕ failed"],
  ROLLED_BACK: ["note", "↶ rolled back"]};

export function migrations(parent, data) {
  table(parent, "Migrations", MIGRATIONS, data, "There is no migration.", (row) => `${row.version} ${row.name} ${row.t}`, (cells, row) => {
    const [mood, word] = STATES[row.status] ?? ["note", row.status];
    cells[2].dataset.mood = mood;
    [row.version ?? "repeatable", row.name, word, row.t === null ? "–" : date(row.t), millis(row.took)]
      .forEach((text, i) => say(cells[i], text));
  });
}
