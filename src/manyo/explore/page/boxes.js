// The two dialogs: the keys, and the recipe as TOML.

import { ask } from "./ask.js";
import { $, el } from "./dom.js";
import { base, keep, setting, state } from "./state.js";
import { say, sayError } from "./summary.js";
import { t } from "./words.js";

const close = (box) =>
  el("form", { method: "dialog" }, el("button", { type: "submit", onclick: () => box.close() }, t("close")));

export function openHelp() {
  const box = $("help-box");
  const letters = el("input", {
    type: "checkbox",
    checked: state.keys,
    onchange: (event) => {
      state.keys = event.target.checked;
      keep();
    },
  });
  box.replaceChildren(
    el("h2", { id: "help-title" }, t("help_title")),
    el(
      "table",
      { class: "keys" },
      el(
        "tbody",
        {},
        t("help_keys").map(([key, what]) =>
          el(
            "tr",
            {},
            el(
              "th",
              { scope: "row" },
              key.split("  ").map((one) => el("kbd", {}, one)),
            ),
            el("td", {}, what),
          ),
        ),
      ),
    ),
    el("label", { class: "choice" }, letters, t("help_letters")),
    el("p", { class: "note" }, t("judging_note")),
    close(box),
  );
  box.showModal();
}

export async function openRecipe() {
  const box = $("recipe-box");
  const name = el("input", {
    type: "text",
    id: "recipe-name",
    value: `${base().name}-mine`,
    maxLength: 100,
    spellcheck: false,
    oninput: () => fill(),
  });
  const text = el("pre", { id: "recipe-text", tabindex: "0" });
  const commands = el("pre", { id: "recipe-commands" });
  const wrong = el("p", { class: "wrong", role: "alert" });
  const save = el(
    "button",
    { type: "button", class: "strong", onclick: () => download(name.value.trim(), text.textContent) },
    t("download"),
  );
  const copy = el(
    "button",
    {
      type: "button",
      onclick: () => navigator.clipboard.writeText(text.textContent).then(() => say(t("copied")), sayError),
    },
    t("copy"),
  );
  let asking = 0;
  async function fill() {
    const mine = (asking += 1);
    try {
      const answer = await ask("recipe", { ...setting(), name: name.value });
      if (mine !== asking) return;
      wrong.textContent = "";
      text.textContent = answer.toml;
      const folder = state.info.folder;
      commands.textContent = `manyo judge ${folder} --recipe ${answer.name}.toml\nmanyo release --from ${folder} --recipe ${answer.name}.toml --out ${folder}-new`;
    } catch (error) {
      if (mine !== asking) return;
      text.textContent = commands.textContent = "";
      wrong.textContent = "hint" in error ? t("refusal", error.message, error.hint) : t("no_answer");
    }
    save.disabled = copy.disabled = !text.textContent;
  }
  box.replaceChildren(
    el("h2", { id: "recipe-title" }, t("recipe_title")),
    el("label", { class: "choice" }, t("recipe_name"), " ", name),
    wrong,
    text,
    el("p", { class: "buttons" }, save, copy),
    el("p", { class: "note" }, t("recipe_note")),
    commands,
    close(box),
  );
  await fill();
  box.showModal();
}

function download(name, content) {
  const address = URL.createObjectURL(new Blob([content], { type: "application/toml" }));
  el("a", { href: address, download: `${name}.toml` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
