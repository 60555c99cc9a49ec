// The cancel button: asked for twice, and only where the server says that this user may.

import {byId, element, say} from "./dom.js";

export class Cancel {
  constructor() {
    this.may = false;
    this.ask();
  }

  // The server decides again with each request; this only says beforehand what it will say.
  async ask() {
    try {
      const answer = await (await fetch(new URL("me", import.meta.url), {cache: "no-store"})).json();
      this.may = answer.mayCancel;
      this.csrf = answer.csrf;
      say(byId("cancel-note"), answer.sentence ?? "");
    } catch {
      this.may = false;
      say(byId("cancel-note"), "Cancelling is off: the application did not say whether you may.");
    }
    document.querySelectorAll("button.cancel").forEach((button) => { button.disabled = !this.may; });
  }

  cell(cell, row) {
    if (!cell.firstChild) {
      const button = element("button", {type: "button", class: "cancel"}, "Cancel");
      button.addEventListener("click", () => this.confirm(cell, button, row));
      cell.append(button);
    }
    const first = cell.querySelector(".cancel");
    if (first) {
      first.disabled = !this.may || row.state !== "active";
      first.setAttribute("aria-label", `Cancel process ${row.pid}`);
    }
  }

  confirm(cell, button, row) {
    const yes = element("button", {type: "button", class: "danger"}, `Stop process ${row.pid}`);
    const no = element("button", {type: "button"}, "Keep it");
    const back = () => {
      cell.replaceChildren(button);
      button.focus();
    };
    no.addEventListener("click", back);
    yes.addEventListener("click", () => {
      back();
      this.send(row);
    });
    cell.replaceChildren(yes, no);
    for (const choice of [yes, no]) {
      choice.addEventListener("keydown", (event) => { if (event.key === "Escape") back(); });
    }
    // Whoever presses Enter twice has not read the question.
    no.focus();
  }

  async send(row) {
    const headers = {"Content-Type": "application/json", "Evenkeel-Page": "cancel"};
    if (this.csrf) headers[this.csrf.header] = this.csrf.token;
    let text;
    try {
      const response = await fetch(new URL("cancel", import.meta.url),
        {method: "POST", headers, body: JSON.stringify({id: row.id})});
      const answer = await response.json().catch(() => null);
      text = answer?.sentence ?? `Not stopped: the application answered ${response.status}.`;
    } catch {
      text = "Not stopped: the application does not answer.";
    }
    say(byId("cancel-result"), text);
  }
}
