// Single keys as commands. They rest while one writes, and can be switched off in the help.

import { openHelp, openRecipe } from "./boxes.js";
import { $ } from "./dom.js";
import { unfold } from "./card.js";
import { TABS, focused, go, judge, openTab, undo } from "./reading.js";
import { isOn, state, step, turn } from "./state.js";
import { lang } from "./words.js";

const onCard = (act) => () => {
  const card = focused();
  if (card) act(card);
  else go(1);
};

const COMMANDS = {
  j: () => go(1),
  k: () => go(-1),
  g: onCard((card) => judge(card, "good", true)),
  b: onCard((card) => judge(card, "bad", true)),
  o: onCard(unfold),
  u: undo,
  "[": () => step(-1),
  "]": () => step(1),
  t: () => ($("slider-min") ?? $("slider-max"))?.focus(),
  x: () => turn(state.rule, !isOn(state.rule)),
  "/": () => {
    openTab("search");
    $("search-text").focus();
  },
  s: openRecipe,
  "?": openHelp,
  l: () => document.querySelector(`button[data-lang="${lang() === "ja" ? "en" : "ja"}"]`).click(),
  ...Object.fromEntries(TABS.map((name, at) => [String(at + 1), () => openTab(name)])),
};

const writes = (node) =>
  node.isContentEditable ||
  node.tagName === "TEXTAREA" ||
  node.tagName === "SELECT" ||
  (node.tagName === "INPUT" && !["checkbox", "range", "radio"].includes(node.type));

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && writes(event.target)) return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (!state.keys && event.key !== "?") return;
    const command = COMMANDS[event.key];
    if (!command) return;
    event.preventDefault();
    command();
  });
}
