// The page: what is drawn when.

import { ask, enter, latest } from "./ask.js";
import { openHelp, openRecipe } from "./boxes.js";
import { $, el } from "./dom.js";
import { listen } from "./keys.js";
import { followPanel, refreshPanel } from "./panel.js";
import { drawShelf, drawTabs, fillTabs, refreshShelf } from "./reading.js";
import { drawRules, fillRules } from "./rules.js";
import { begin, isChanged, on, reset, resume, setting, state } from "./state.js";
import { drawNotices, drawSummary, say, sayError, tellStanding } from "./summary.js";
import { lang, speak, t, translate } from "./words.js";

const REST = 250; // milliseconds without a move before lists are asked for anew

const stand = latest(
  "stand",
  (answer) => {
    state.standing = answer;
    drawSummary();
    fillRules();
    fillTabs();
    followPanel();
  },
  sayError,
);

let resting = 0;
function afterRest(act) {
  clearTimeout(resting);
  resting = setTimeout(act, REST);
}

on("setting", () => {
  stand(setting());
  fillRules();
  followPanel();
  $("reset").disabled = !isChanged();
  afterRest(() => {
    refreshPanel();
    refreshShelf();
    tellStanding();
  });
});

on("rule", () => {
  fillRules();
  $(`pick-${state.rule}`)?.scrollIntoView({ block: "nearest" });
  refreshPanel();
  if (state.tab === "edge" || state.tab === "refused") drawShelf();
});

on("recipe", () => {
  $("recipe").value = state.recipe;
  drawNotices();
  drawRules();
  refreshPanel();
  drawShelf();
});

on("choice", followPanel);
on("recipes", drawRecipes);

function drawRecipes() {
  const called = ({ key, name }) =>
    key === "release" ? t("own_rules", name) : key === name ? name : t("file_rules", name);
  const name = (recipe) =>
    recipe.added.length ? `${recipe.name}${t("with_more", recipe.added.length)}` : called(recipe);
  $("recipe").replaceChildren(...state.info.recipes.map((recipe) => el("option", { value: recipe.key }, name(recipe))));
  $("recipe").value = state.recipe;
}

/** Everything in the language of the page. */
function draw() {
  translate();
  document.title = `${state.info.release} — ${t("title")}`;
  $("release").textContent = state.info.release;
  drawRecipes();
  drawNotices();
  drawSummary();
  drawRules();
  refreshPanel();
  drawTabs();
  drawShelf();
}

async function open(file) {
  try {
    const recipe = await ask("load", { toml: await file.text() });
    state.info.recipes.push(recipe);
    drawRecipes();
    begin(recipe.key);
    say(t("loaded", recipe.name));
  } catch (error) {
    sayError(error);
  }
}

/** How high what stays at the top is, for what scrolls below it. */
function fitHead() {
  const bar = document.querySelector(".bar-top");
  document.documentElement.style.setProperty("--head", `${bar.offsetHeight || $("summary").offsetHeight}px`);
}

function wire() {
  for (const button of document.querySelectorAll("button[data-lang]")) {
    button.addEventListener("click", () => {
      speak(button.dataset.lang);
      history.replaceState(null, "", `${location.pathname}?lang=${lang()}`);
      draw();
    });
  }
  $("recipe").addEventListener("change", (event) => begin(event.target.value));
  $("open").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", (event) => {
    if (event.target.files[0]) open(event.target.files[0]);
    event.target.value = "";
  });
  $("reset").addEventListener("click", () => reset());
  $("save").addEventListener("click", openRecipe);
  $("help").addEventListener("click", openHelp);
  listen();
  const watch = new ResizeObserver(fitHead);
  for (const node of [document.querySelector(".bar-top"), $("summary")]) watch.observe(node);
}

async function begins() {
  speak(new URLSearchParams(location.search).get("lang"));
  translate();
  try {
    await enter();
    state.info = await ask("start");
  } catch (error) {
    sayError(error);
    return;
  }
  state.judged = state.info.judgements.count;
  resume();
  wire();
  $("reset").disabled = !isChanged();
  draw();
  stand(setting());
}

begins();
