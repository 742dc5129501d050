// What a person has set, and who wants to hear of changes.

import { run } from "./ask.js";

const listeners = {};

export const state = {
  info: null, // what `start` answered
  recipe: "", // key of the recipe that one started from
  limits: {}, // {rule: {min, max}}: thresholds that were moved
  disabled: new Set(),
  rule: "", // the one that is looked at
  tab: "edge",
  elsewhere: false, // show also documents that other rules refuse
  alone: false, // sample what the rule alone refuses
  standing: null, // the counts of the setting
  judged: 0,
  keys: true, // single letters are commands
};

export const on = (event, listener) => (listeners[event] ||= []).push(listener);
export const emit = (event, ...values) => (listeners[event] || []).forEach((listener) => listener(...values));

/** The recipe that one started from. */
export const base = () => state.info.recipes.find((recipe) => recipe.key === state.recipe);
export const ruleOf = (name) => base().rules.find((rule) => rule.name === name);
export const current = () => ruleOf(state.rule);

/** A rule's threshold as it is set: `end` is "min" or "max". */
export const limit = (rule, end) => state.limits[rule.name]?.[end] ?? rule[end];
export const isOn = (name) => !state.disabled.has(name);
export const isMoved = (rule) => Boolean(state.limits[rule.name]) || !isOn(rule.name);
export const isChanged = () => Object.keys(state.limits).length > 0 || state.disabled.size > 0;

/** The setting as questions carry it. */
export const setting = () => ({ recipe: state.recipe, limits: state.limits, disabled: [...state.disabled] });

function changed() {
  keep();
  emit("setting");
}

/** Set a threshold. */
export function move(rule, end, value) {
  const limits = { ...state.limits[rule.name], [end]: value };
  if (limits[end] === rule[end]) delete limits[end];
  const { [rule.name]: _, ...others } = state.limits;
  state.limits = Object.keys(limits).length ? { ...others, [rule.name]: limits } : others;
  changed();
}

/** Switch a rule on or off. */
export function turn(name, wanted) {
  if (wanted) state.disabled.delete(name);
  else state.disabled.add(name);
  changed();
}

/** One rule, or all of them, as the recipe has them. */
export function reset(name) {
  if (name) {
    const { [name]: _, ...others } = state.limits;
    state.limits = others;
    state.disabled.delete(name);
  } else {
    state.limits = {};
    state.disabled = new Set();
  }
  changed();
}

/** Start from another recipe: nothing moved, its first rule looked at unless it has the same one. */
export function begin(key) {
  state.recipe = key;
  state.limits = {};
  state.disabled = new Set();
  if (!current()) state.rule = base().rules[0].name;
  emit("recipe");
  changed();
}

/** Go on with a recipe that has one more rule than the present one, everything else as it is set; look at that rule. */
export function extend(recipe) {
  state.info.recipes.push(recipe);
  state.recipe = recipe.key;
  state.rule = recipe.added[recipe.added.length - 1];
  emit("recipes");
  emit("recipe");
  changed();
}

/** Look at a rule. */
export function look(name) {
  state.rule = name;
  keep();
  emit("rule");
}

/** Look at the rule `by` places further on. */
export function step(by) {
  const names = base().rules.map((rule) => rule.name);
  look(names[(names.indexOf(state.rule) + by + names.length) % names.length]);
}

const KEPT = ["recipe", "limits", "rule", "tab", "elsewhere", "alone", "keys"];
const place = () => `manyo-setting-${run()}`;

/** Remember the setting for a reload of this window. */
export function keep() {
  const kept = Object.fromEntries(KEPT.map((name) => [name, state[name]]));
  sessionStorage.setItem(place(), JSON.stringify({ ...kept, disabled: [...state.disabled] }));
}

/** Take up what was remembered, as far as it still fits. */
export function resume() {
  state.recipe = state.info.recipe;
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(place()) || "null");
  } catch {
    kept = null; // not ours: begin anew
  }
  if (kept && state.info.recipes.some((recipe) => recipe.key === kept.recipe)) {
    for (const name of KEPT) if (name in kept) state[name] = kept[name];
    state.disabled = new Set((kept.disabled || []).filter((name) => ruleOf(name)));
    state.limits = Object.fromEntries(Object.entries(state.limits).filter(([name]) => ruleOf(name)));
  }
  if (!current()) state.rule = base().rules[0].name;
}
