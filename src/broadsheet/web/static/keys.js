// The keyboard, as in Miniflux. Keys with Ctrl, Alt or Meta are the browser's, and so is all typing.

const entries = () => [...document.querySelectorAll(".entry, .item")].filter((each) => !each.hidden);
const help = document.getElementById("help");
const ways = {
  t: "/", d: "/", w: "/week", m: "/month", r: "/trending", y: "/yours", s: "/shelves",
  p: "/plots", c: "/community", f: "/searches",
};
let going = 0; // until when a letter after "g" is a way to go

function here() {
  const focused = document.activeElement?.closest(".entry, .item");
  return focused || document.querySelector("[data-here]");
}

function select(entry) {
  document.querySelector("[data-here]")?.removeAttribute("data-here");
  if (!entry) return;
  entry.setAttribute("data-here", "");
  entry.querySelector("h2 a, h3 a")?.focus({ preventScroll: true });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  entry.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
}

function step(by) {
  const all = entries();
  const at = all.indexOf(here());
  select(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
}

// A paper's page is about one paper: there its acts need no selection.
const scope = () => here() || document.querySelector("[data-paper]");
const press = (act) => scope()?.querySelector(`button[data-act="${act}"]`)?.click();

function markRead() {
  const entry = scope();
  if (entry?.querySelector("button[data-act=read]:not([hidden])")) press("read");
  else if (entry?.querySelector("button[data-act=save]")) {
    const detail = "Only what is on a shelf can be marked as read: save it with s first.";
    document.dispatchEvent(new CustomEvent("broadsheet:say", { detail }));
  }
}

function openOriginal() {
  const link = scope()?.querySelector("a[data-original]");
  if (link) window.open(link.href, "_blank", "noopener,noreferrer");
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => here()?.querySelector("h2 a, h3 a")?.click(),
  v: openOriginal,
  s: () => press("save"),
  u: () => press("upvote"),
  m: markRead,
  y: () => press("like"),
  n: () => press("dislike"),
  x: () => press("hide"),
  z: () => document.dispatchEvent(new Event("broadsheet:undo")),
  h: () => document.querySelector("a[rel=prev]")?.click(),
  l: () => document.querySelector("a[rel=next]")?.click(),
  "/": () => document.getElementById("q")?.select(),
  "?": () => help?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || document.querySelector("dialog[open]")) {
    if (typing && event.key === "Escape") typing.blur();
    return;
  }
  if (going > Date.now() && ways[event.key]) {
    event.preventDefault();
    location.assign(ways[event.key]);
  } else if (event.key === "g") {
    going = Date.now() + 1500;
    return;
  } else if (Object.hasOwn(keys, event.key)) {
    event.preventDefault();
    keys[event.key]();
  }
  going = 0;
});

// The sheet in place of its page.
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("a[data-help]") || !help) return;
  event.preventDefault();
  help.showModal();
});
help?.addEventListener("click", (event) => {
  if (event.target === help) help.close();
});
