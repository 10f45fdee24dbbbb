"use strict";
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  function all(selector, base) { return Array.prototype.slice.call((base || document).querySelectorAll(selector)); }
  function one(selector) { return document.querySelector(selector); }

  /* Dark and light: the system's choice until the reader makes one. */
  var toggle = one("#theme");
  function stored(value) {
    try {
      if (value === undefined) { return localStorage.getItem("nbaudit-theme"); }
      localStorage.setItem("nbaudit-theme", value);
    } catch (error) { return null; /* storage may be forbidden in a local file; the choice then lasts for this page */ }
    return value;
  }
  function isDark() {
    var chosen = root.getAttribute("data-theme");
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function label() {
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
  }
  if (toggle) {
    var saved = stored();
    if (saved === "dark" || saved === "light") { root.setAttribute("data-theme", saved); }
    toggle.hidden = false;
    label();
    toggle.addEventListener("click", function () {
      var next = isDark() ? "light" : "dark";
      root.setAttribute("data-theme", next);
      stored(next);
      label();
    });
  }

  /* Sortable tables. */
  all("table[data-sort]").forEach(function (table) {
    all("thead th", table).forEach(function (head, column) {
      var button = head.querySelector("button");
      if (!button) { return; }
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("num");
        all("thead th", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        all("tr", body).sort(function (a, b) {
          var x = a.cells[column].dataset.value || a.cells[column].textContent.trim();
          var y = b.cells[column].dataset.value || b.cells[column].textContent.trim();
          var order = head.classList.contains("num") ? Number(x) - Number(y) : x.localeCompare(y);
          return down ? -order : order;
        }).forEach(function (row) { body.appendChild(row); });
      });
    });
  });
}());
