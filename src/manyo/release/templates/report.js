"use strict";
(() => {
  const page = document.documentElement;
  const buttons = document.querySelectorAll("button[data-lang]");

  function speak(lang) {
    page.lang = lang;
    document.title = page.dataset["title" + (lang === "ja" ? "Ja" : "En")];
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  }

  for (const button of buttons) button.addEventListener("click", () => speak(button.dataset.lang));
  speak(new URLSearchParams(location.search).get("lang") === "en" ? "en" : "ja");

  for (const button of document.querySelectorAll("button[data-open]")) {
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      for (const item of document.getElementById(button.dataset.open).querySelectorAll("details")) item.open = open;
    });
  }
})();
