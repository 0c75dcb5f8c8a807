// The small forms of a page, sent without leaving it: the button changes at once, a toast says what
// was done and offers to undo it, and what failed is put back with a sentence. Without this script
// the same forms work as forms. Text goes in as text only.

const toast = document.getElementById("toast");
let hiding = 0;
let turn = 0; // acts are numbered as they begin
let running = Promise.resolve(); // until all acts that have begun are done
let last = { turn: 0, undo: () => document.querySelector(".said form button")?.click() };

function say(sentence, undo = null) {
  const line = document.createElement("span");
  line.textContent = sentence;
  toast.replaceChildren(line);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.addEventListener("click", undoLast);
    toast.append(button);
  }
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(hide, undo ? 9000 : 6000);
}

function hide() {
  if (toast.matches(":hover, :focus-within")) hiding = setTimeout(hide, 2000);
  else toast.hidden = true;
}

// One request; resolves to the answer, or throws an Error with a sentence for the reader. It is
// sent whole even if the page is left at once, as far as browsers do that (64 KiB).
async function send(address, fields) {
  const body = String(new URLSearchParams(fields));
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      body,
      redirect: "manual",
      keepalive: body.length < 60_000,
    });
  } catch {
    throw new Error("Broadsheet cannot be reached; nothing was changed.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "That did not work; nothing was changed.");
  return answer;
}

// A toggle is a button with the act it does (formaction) and the one that takes it back
// (data-other); data-act says which kind it is.
function flip(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  const address = button.getAttribute("formaction");
  button.setAttribute("formaction", button.dataset.other);
  button.dataset.other = address;
  button.setAttribute("aria-pressed", String(on));
  const count = button.querySelector("[data-count]");
  if (count) count.textContent = String(Math.max(0, Number(count.textContent) + (on ? 1 : -1)));
  const word = button.querySelector("[data-word]");
  if (word) [word.textContent, word.dataset.word] = [word.dataset.word, word.textContent];
  if (button.dataset.marks) button.closest(".entry")?.toggleAttribute(button.dataset.marks, on);
}

// The same paper can stand in several sections: all of its buttons follow.
function twins(button) {
  const paper = button.form.elements.namedItem("paper")?.value;
  if (!paper) return [button];
  const alike = document.querySelectorAll(`button[data-act="${button.dataset.act}"]`);
  return [...alike].filter((each) => each.form.elements.namedItem("paper")?.value === paper);
}

function change(button) {
  if (button.dataset.act === "remove") button.closest("[data-item]")?.toggleAttribute("hidden");
  else twins(button).forEach(flip);
  if (button.dataset.act === "save") twins(button).forEach(offerReading);
}

// Only what is on a shelf can be marked as read.
const readingOf = (button) => button.form.querySelector("button[data-act=read]");
const isPressed = (button) => button?.getAttribute("aria-pressed") === "true";

function offerReading(save) {
  const read = readingOf(save);
  if (read) read.hidden = !isPressed(save);
}

// What is saved anew is unread, whatever it was when it was last on a shelf.
function unread(save) {
  const read = readingOf(save);
  if (isPressed(save) && isPressed(read)) flip(read);
}

// Does something in its turn, and remembers what undoes it: of several that are under way, the
// one that began last counts, whichever is answered first.
function take(work) {
  const mine = ++turn;
  toast.querySelector("button")?.remove(); // it would undo what was done before
  const done = work().then(
    ({ sentence, undo = null }) => {
      if (mine < last.turn) return;
      last = { turn: mine, undo };
      say(sentence, undo);
    },
    (error) => {
      if (mine > last.turn) last = { turn: mine, undo: null };
      say(error.message, last.undo);
    },
  );
  running = Promise.all([running, done]);
  return done;
}

// Undoes what was done last: what is still on its way is waited for.
async function undoLast() {
  await running;
  const { undo } = last;
  last = { turn, undo: null };
  undo?.();
}

// What is done to one paper is done in order: to mark as read what is just being saved.
const under = new Map();

function sendInTurn(address, fields) {
  const paper = fields.find(([name]) => name === "paper")?.[1];
  const before = under.get(paper);
  const sent = before ? before.then(() => send(address, fields)) : send(address, fields);
  const settled = sent.then(() => {}, () => {}).then(() => {
    if (under.get(paper) === settled) under.delete(paper);
  });
  under.set(paper, settled);
  return sent;
}

function act(button) {
  if (button.dataset.busy) return;
  const address = button.getAttribute("formaction") || button.form.getAttribute("action");
  const fields = [...new FormData(button.form)].map(([name, value]) => [name, String(value)]);
  button.dataset.busy = "1";
  change(button);
  if (button.dataset.act === "save") twins(button).forEach(unread);
  take(async () => {
    try {
      const done = await sendInTurn(address, fields);
      const undo = () => take(() => takeBack(done.done, () => change(button)));
      return { sentence: done.sentence, undo: done.done ? undo : null };
    } catch (error) {
      change(button);
      throw error;
    } finally {
      delete button.dataset.busy;
    }
  });
}

async function takeBack(signal, restore) {
  const { sentence } = await send("/act/undo", [["done", String(signal)]]);
  restore();
  return { sentence };
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement) || !button.dataset.act) return;
  event.preventDefault();
  act(button);
});

document.addEventListener("broadsheet:say", (event) => say(event.detail));
document.addEventListener("broadsheet:undo", undoLast);

// The form of shelves, beside the paper instead of on a page of its own.
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function tick(shelf) {
  const box = make("input", { type: "checkbox", name: "shelf", value: shelf.id, checked: shelf.on });
  return make("label", { className: "tick" }, box, make("bdi", { textContent: shelf.name }));
}

async function openShelves(link) {
  const response = await fetch(link.href, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("The shelves cannot be read just now.");
  const { paper, title, shelves } = await response.json();
  const label = make("label", { textContent: "And on a new one " });
  label.append(make("input", { name: "new", maxLength: 80, autocomplete: "off" }));
  const heading = make("h2", { id: "shelving", textContent: `Shelves for “${title}”` });
  const close = make("button", { type: "button", className: "plain", textContent: "Cancel" });
  const row = make("p", { className: "row" }, make("button", { textContent: "Save" }), close);
  const form = make("form", { className: "form" }, ...shelves.map(tick), label, row);
  const dialog = make("dialog", { className: "sheet" }, heading, form);
  dialog.setAttribute("aria-labelledby", "shelving");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = [["paper", String(paper)], ...new FormData(form)];
    dialog.close();
    take(async () => {
      const { sentence } = await send("/act/shelve", fields);
      const saved = fields.some(([name, value]) => name === "shelf" || (name === "new" && value));
      const button = link.closest("form").querySelector("button[data-act=save]");
      if (button && isPressed(button) !== saved) {
        change(button);
        twins(button).forEach(unread);
      }
      return { sentence };
    });
  });
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-shelve]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openShelves(link).catch((error) => say(error.message));
});

// What was shown and what was opened is told in the background: shelves learn from it.
const page = document.querySelector("[data-place]");
const place = page?.dataset.place;
if (place && document.querySelector("form.acts")) {
  const papers = [...page.querySelectorAll(".entry")].map((entry) => ["paper", entry.dataset.paper]);
  const shown = new URLSearchParams([["place", place], ...papers.slice(0, 100)]);
  addEventListener("load", () => setTimeout(() => navigator.sendBeacon("/act/shown", shown), 2000));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-open]");
    const entry = link && link.closest(".entry");
    if (!entry) return;
    const fields = { paper: entry.dataset.paper, place, position: entry.dataset.position };
    navigator.sendBeacon("/act/open", new URLSearchParams(fields));
  });
}

// An address of a comment that stands on a later page of its thread, from before there was one.
const [, remark] = /^#comment-(\d+)$/.exec(location.hash) || [];
if (remark && document.querySelector(".discussion") && !document.getElementById(`comment-${remark}`)) {
  const way = new URL(location.href);
  if (way.searchParams.get("comment") !== remark) {
    way.searchParams.set("comment", remark);
    location.replace(way);
  }
}
