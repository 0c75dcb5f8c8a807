// The small forms of a page, sent without leaving it: the button changes at once, a toast says what
// was done and offers to undo it, and what failed is put back with a sentence. Without this script
// the same forms work as forms. Text goes in as text only.

const toast = document.getElementById("toast");
let hiding = 0;
let turn = 0; // acts are numbered as they begin
let running = Promise.resolve(); // until all acts that have begun are done
let unwinding = Promise.resolve(); // until all that is being undone is undone
const acts = []; // what was done here, the last one last, each with what undoes it

const told = document.querySelector(".said form button");
if (told) acts.push({ turn: 0, undo: () => told.click() });

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
    const error = new Error("Broadsheet cannot be reached; nothing was changed.");
    throw Object.assign(error, { unsent: true });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "That did not work; nothing was changed.");
  return answer;
}

// A toggle is a button with the act it does (formaction) and the one that takes it back
// (data-other); data-act says which kind it is.
function flip(button) {
  const on = !isPressed(button);
  const address = button.getAttribute("formaction");
  button.setAttribute("formaction", button.dataset.other);
  button.dataset.other = address;
  const count = button.querySelector("[data-count]");
  if (count) count.textContent = String(Math.max(0, Number(count.textContent) + (on ? 1 : -1)));
  press(button, on);
}

function press(button, on) {
  if (isPressed(button) === on) return;
  button.setAttribute("aria-pressed", String(on));
  const word = button.querySelector("[data-word]");
  if (word) [word.textContent, word.dataset.word] = [word.dataset.word, word.textContent];
  if (button.dataset.marks) button.closest(".entry")?.toggleAttribute(button.dataset.marks, on);
}

const isPressed = (button) => button?.getAttribute("aria-pressed") === "true";

// The same paper can stand in several sections: all of its buttons follow, each for its shelf.
const formsOf = (paper) => [...document.querySelectorAll("form.acts")].filter(
  (form) => form.elements.namedItem("paper")?.value === String(paper),
);

function twins(button) {
  const paper = button.form.elements.namedItem("paper")?.value;
  if (!paper) return [button];
  const alike = `button[data-act="${button.dataset.act}"]`;
  const all = formsOf(paper).flatMap((form) => [...form.querySelectorAll(alike)]);
  return button.dataset.act === "save" ? all : all.filter((each) => each.value === button.value);
}

// How a paper stands on the reader's shelves: the button that saves, the link that names them,
// and the button for read or not, which only what is on a shelf has.
const partsOf = (form) => ({
  save: form.querySelector("button[data-act=save]"),
  link: form.querySelector("a[data-shelve]"),
  reading: form.querySelector("button[data-act=read]"),
});

function look(form) {
  const { save, link, reading } = partsOf(form);
  return { on: isPressed(save), names: link.textContent, read: isPressed(reading) };
}

function show(form, { on, names, read }) {
  const { save, link, reading } = partsOf(form);
  const { target } = save.dataset;
  const only = on && names === target;
  press(save, on);
  save.setAttribute("formaction", only ? "/act/unsave" : on ? "/save" : "/act/save");
  if (on && !only) save.setAttribute("formmethod", "get");
  else save.removeAttribute("formmethod");
  save.title = only ? `Take it off ${target}` : on ? "Choose its shelves" : `Save to ${target}`;
  link.textContent = on ? names : "Shelves …";
  reading.hidden = !on;
  if (isPressed(reading) !== read) flip(reading);
}

// What a press saves to is the shelf used last, which an act can change for all papers.
function aim({ number, name }) {
  for (const save of document.querySelectorAll("button[data-act=save]:not([data-fixed])")) {
    save.dataset.target = name;
    save.name = number ? "shelf" : "";
    save.value = String(number || "");
    show(save.form, look(save.form));
  }
}

// What was answered to a paper: one answer on behalf of a shelf takes the place of another.
function settle(form, answers) {
  for (const button of form.querySelectorAll("[data-act=like], [data-act=dislike], [data-act=hide]")) {
    const { act } = button.dataset;
    const on = answers.some(({ shelf, opinion }) => String(shelf) === button.value && opinion === act);
    if (isPressed(button) !== on) flip(button);
  }
}

function arrange({ paper, on, read, target, note, answers }) {
  aim(target);
  const standing = { on: on.length > 0, names: on.join(", "), read };
  for (const form of formsOf(paper)) {
    show(form, standing);
    settle(form, answers);
  }
  for (const again of document.querySelectorAll("[data-again]")) again.hidden = false;
  for (const noted of document.querySelectorAll(`[data-paper="${paper}"] .jotting[data-note]`)) {
    if (noted.dataset.note === note) continue;
    noted.dataset.note = noted.textContent = note; // as it was written, until the page is loaded
    noted.hidden = !note;
  }
}

// Changes a page at once; what comes back puts it as it was.
function change(button) {
  if (button.dataset.act === "save") {
    const forms = formsOf(button.form.elements.namedItem("paper").value);
    const before = forms.map(look);
    // What is saved anew is unread, whatever it was when it was last on a shelf.
    const standing = { on: !isPressed(button), names: button.dataset.target, read: false };
    for (const form of forms) show(form, standing);
    return () => forms.forEach((form, each) => show(form, before[each]));
  }
  const turn = () => {
    if (button.dataset.act === "remove") button.closest("[data-item]")?.toggleAttribute("hidden");
    else twins(button).forEach(flip);
  };
  turn();
  return turn;
}

// Does something in its turn, and remembers what undoes it: of several that are under way, the
// one that began last counts, whichever is answered first.
function take(work) {
  const mine = ++turn;
  toast.querySelector("button")?.remove(); // it would undo what was done before
  const done = work().then(
    ({ sentence, undo = null }) => {
      if (remember(mine, undo)) say(sentence, undo);
    },
    (error) => {
      remember(mine, null);
      say(error.message, acts.at(-1).undo);
    },
  );
  running = Promise.all([running, done]);
  return done;
}

// Whether nothing that began later has been answered already.
function remember(mine, undo) {
  const later = acts.findIndex((each) => each.turn > mine);
  acts.splice(later < 0 ? acts.length : later, 0, { turn: mine, undo });
  return later < 0;
}

// Undoes what was done last, then what was done before it: what is still on its way is waited for.
function undoLast() {
  unwinding = unwinding.then(async () => {
    await running;
    const last = acts.pop();
    if (!last) say("There is nothing more to take back on this page.");
    else if (!last.undo) say("Of what you did last there is nothing to take back. Once more for what was before.");
    else await last.undo(last);
  });
}

// What is done to one paper is done in order: to mark as read what is just being saved.
const under = new Map();

function sendInTurn(address, fields) {
  const paper = fields.find(([name]) => name === "paper")?.[1];
  const before = under.get(paper);
  const sent = before ? before.then(() => send(address, fields)) : send(address, fields);
  const isLast = () => under.get(paper) === settled;
  const settled = sent.then(
    (answer) => {
      if (answer.standing && isLast()) arrange(answer.standing);
    },
    () => {},
  ).then(() => {
    if (isLast()) under.delete(paper);
  });
  under.set(paper, settled);
  return sent;
}

// What undoes an act: asks for it, says what came of it, and has the page `restore` what only it
// shows. If it could not be asked, it can be tried again.
function undoing(signal, paper, restore = () => {}) {
  if (!signal) return null;
  return async (entry) => {
    toast.querySelector("button")?.remove(); // twice would undo what was done before, too
    try {
      const fields = [["done", String(signal)], ...(paper ? [["paper", paper]] : [])];
      const { sentence } = await sendInTurn("/act/undo", fields);
      restore();
      say(sentence);
    } catch (error) {
      if (error.unsent) acts.push(entry);
      say(error.message);
    }
  };
}

// What a button was last pressed for, until it is done: it may come out otherwise than it looks,
// so that a second press, which is to turn it back, waits for that. What can be done once only is.
const pressed = new Map();

function act(button) {
  const all = twins(button);
  const [first] = all;
  const before = pressed.get(first);
  if (before && button.dataset.act === "remove") return;
  const done = take(async () => {
    if (before) await before;
    return perform(button);
  }).then(() => {
    if (pressed.get(first) !== done) return;
    pressed.delete(first);
    all.forEach((each) => each.removeAttribute("aria-busy"));
  });
  pressed.set(first, done);
  all.forEach((each) => each.setAttribute("aria-busy", "true"));
}

async function perform(button) {
  const address = button.getAttribute("formaction") || button.form.getAttribute("action");
  const sent = [...new FormData(button.form, button)];
  const fields = sent.map(([name, value]) => [name, String(value)]);
  const paper = fields.find(([name]) => name === "paper")?.[1];
  const restore = change(button);
  try {
    const { sentence, done, standing } = await sendInTurn(address, fields);
    return { sentence, undo: undoing(done, paper, standing ? undefined : restore) };
  } catch (error) {
    restore();
    throw error;
  }
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement) || !button.dataset.act) return;
  event.preventDefault();
  if (button.getAttribute("formmethod") === "get") choose(partsOf(button.form).link);
  else act(button);
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
  const { paper, title, note, shelves } = await response.json();
  const fresh = make("label", { textContent: "And on a new one (optional) " });
  fresh.append(make("input", { name: "new", maxLength: 80, autocomplete: "off" }));
  const noted = make("label", { textContent: "A note beside it (optional) " });
  noted.append(make("textarea", { name: "note", maxLength: 10_000, rows: 3, dir: "auto", value: note }));
  const heading = make("h2", { id: "shelving", textContent: `Shelves for “${title}”` });
  const mistake = make("p", { className: "mistake", hidden: true });
  mistake.setAttribute("role", "alert");
  const close = make("button", { type: "button", className: "plain", textContent: "Cancel" });
  const keep = make("button", { textContent: "Save" });
  const row = make("p", { className: "row" }, keep, close);
  const form = make("form", { className: "form" }, ...shelves.map(tick), fresh, noted, mistake, row);
  const dialog = make("dialog", { className: "sheet" }, heading, form);
  dialog.setAttribute("aria-labelledby", "shelving");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = [["paper", String(paper)], ...new FormData(form)];
    keep.disabled = true;
    take(async () => {
      try {
        const { sentence, done } = await sendInTurn("/act/shelve", fields);
        dialog.close();
        return { sentence, undo: undoing(done, String(paper)) };
      } catch (error) { // what was written stays in the form
        [mistake.textContent, mistake.hidden, keep.disabled] = [error.message, false, false];
        throw error;
      }
    });
  });
  document.body.append(dialog);
  dialog.showModal();
}

const choose = (link) => openShelves(link).catch((error) => say(error.message));

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-shelve]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(link);
});

// What has just been answered or taken back counts for the page that is asked for next; a second
// press does not wait.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("[data-again] a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.hasAttribute("aria-busy")) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  Promise.all([running, unwinding]).then(() => location.assign(link.href));
});

// What is shown once is to be copied.
document.querySelector("input.secret[autofocus]")?.select();

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
