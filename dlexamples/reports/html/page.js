"use strict";
const all = (what, root = document) => [...root.querySelectorAll(what)];
const cards = all(".card"), views = ["published", "runnable", "diff"], dialog = document.querySelector("dialog");
const state = { show: [], view: "", block: "", as: "" };

// The address holds the filters, the switch, the opened block and its own switch.
function read() {
  const hash = location.hash.slice(1);
  if (hash && !hash.includes("=")) {
    const target = document.getElementById(hash);
    if (target && target.tagName === "DETAILS") target.open = true;
    if (target) target.scrollIntoView();
    return false;
  }
  const given = new URLSearchParams(hash);
  state.show = (given.get("show") || "").split(",").filter((name) => document.querySelector(`[data-show="${CSS.escape(name)}"]`));
  state.view = views.includes(given.get("view")) ? given.get("view") : "";
  state.block = given.get("block") || "";
  state.as = views.includes(given.get("as")) ? given.get("as") : "";
  return true;
}

function write() {
  const said = [["show", state.show.join(",")], ["view", state.view], ["block", state.block], ["as", state.as]];
  const hash = said.filter(([, value]) => value).map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  history.replaceState(null, "", hash.length ? `#${hash.join("&")}` : location.pathname + location.search);
}

function press(buttons, name, pressed) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(pressed(button.dataset[name])));
}

function draw() {
  const hit = (card) => !state.show.length || state.show.includes(card.dataset.verdict);
  document.body.classList.toggle("filtered", state.show.length > 0);
  for (const card of cards) {
    card.classList.toggle("hit", hit(card));
    card.classList.toggle("current", card.dataset.card === state.block);
    const own = card.dataset.card === state.block ? state.as : "";
    card.dataset.view = card.querySelector(".switch") ? own || state.view || card.dataset.first : "published";
    press(all(".switch button", card), "view", (view) => view === card.dataset.view);
  }
  for (const link of all(".blocks a")) {
    link.hidden = !hit(named(link.dataset.card));
    link.setAttribute("aria-current", String(link.dataset.card === state.block));
  }
  for (const folded of all("details:has(.card)")) unfold(folded, state.show.length > 0 && all(".card", folded).some(hit));
  for (const post of all("details.post")) post.hidden = !all(".card", post).some(hit) && state.show.length > 0;
  press(all(".top [data-show]"), "show", (verdict) => state.show.includes(verdict));
  press(all(".top [data-view]"), "view", (view) => view === state.view);
  const count = cards.filter(hit).length;
  document.querySelector(".hits").textContent = state.show.length ? `${count} of ${cards.length} fences` : "";
}

// What a filter has opened is shut with it, unless its reader has gone into it.
function unfold(folded, wanted) {
  if (wanted && !folded.open) folded.open = folded.dataset.opened = true;
  if (wanted || !folded.dataset.opened || folded.querySelector(".current")) return;
  folded.open = false;
  delete folded.dataset.opened;
}

const named = (name) => cards.find((card) => card.dataset.card === name);

function open(card, move = true) {
  if (!card) return;
  if (state.block !== card.dataset.card) state.as = "";
  state.block = card.dataset.card;
  for (let node = card; (node = node.parentElement); ) if (node.tagName === "DETAILS") node.open = true;
  draw();
  if (move) {
    card.scrollIntoView({ block: card.offsetHeight > innerHeight * 0.8 ? "start" : "center" });
    card.focus({ preventScroll: true });
  }
}

function step(by) {
  const shown = cards.filter((card) => (state.show.length ? card.classList.contains("hit") : card.dataset.verdict !== "not_python"));
  const at = shown.findIndex((card) => card.dataset.card === state.block);
  const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1);
  open(shown[next]);
  write();
}

function turn(card, view) {
  open(card, false);
  state.as = view;
  draw();
  write();
}

async function copy(card) {
  const kept = all(".code .r", card).filter((row) => !row.classList.contains("del") || !card.querySelector(".switch"));
  const text = kept.map((row) => `${(row.querySelector("code.run") || row.querySelector("code")).textContent}\n`).join("");
  const button = card.querySelector("[data-copy]");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }));
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = button.dataset.copy), 1500);
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("dlexamples-theme", root.dataset.theme); } catch { /* A file may have no storage. */ }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, .blocks a, a.id");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const card = button.closest(".card");
  if (button.matches("a")) {
    event.preventDefault();
    open(named(button.dataset.card || card.dataset.card));
    write();
  } else if (button.dataset.show) {
    const at = state.show.indexOf(button.dataset.show);
    at < 0 ? state.show.push(button.dataset.show) : state.show.splice(at, 1);
    draw();
    write();
  } else if (button.dataset.view && card) turn(card, button.dataset.view);
  else if (button.dataset.view) {
    state.view = state.view === button.dataset.view ? "" : button.dataset.view;
    state.as = "";
    draw();
    write();
  } else if ("copy" in button.dataset) copy(card);
  else if ("themeButton" in button.dataset) theme();
  else if ("help" in button.dataset) dialog.showModal();
  else if (button.closest(".fold")) button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
});

const keys = {
  j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1),
  t: theme, "?": () => dialog.showModal(),
  a: () => { state.show = []; draw(); write(); },
  c: () => named(state.block) && copy(named(state.block)),
  v: () => {
    const card = named(state.block);
    if (card && card.querySelector(".switch")) turn(card, views[(views.indexOf(card.dataset.view) + 1) % 3]);
  },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || event.target.matches("input, textarea")) return;
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
function measure() {
  document.documentElement.style.setProperty("--top", `${document.querySelector(".top").offsetHeight}px`);
}
addEventListener("resize", measure);
addEventListener("hashchange", () => { if (read()) { draw(); open(named(state.block)); } });
addEventListener("beforeprint", () => all("details").forEach((each) => { if (!each.open) { each.dataset.closed = ""; each.open = true; } }));
addEventListener("afterprint", () => all("details[data-closed]").forEach((each) => { each.open = false; delete each.dataset.closed; }));

try { if (localStorage.getItem("dlexamples-theme")) document.documentElement.dataset.theme = localStorage.getItem("dlexamples-theme"); } catch { /* As above. */ }
measure();
if (read()) { const as = state.as; draw(); if (state.block) { open(named(state.block)); state.as = as; draw(); } } else draw();
