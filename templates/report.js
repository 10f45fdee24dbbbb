{% include "base.js" %}
(function () {
  var root = document.documentElement;
  function all(selector, base) { return Array.prototype.slice.call((base || document).querySelectorAll(selector)); }
  function one(selector) { return document.querySelector(selector); }

  /* A link into a folded part unfolds it. */
  function unfold() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    if (!target) { return; }
    var fold = target.closest("details");
    if (fold && !fold.open) { fold.open = true; target.scrollIntoView(); }
    if (target.hidden || target.closest("[hidden]")) { clear(); target.scrollIntoView(); }
    if (root.classList.contains("only") && target.closest(".cell")) { showAllCells(); target.scrollIntoView(); }
  }
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", function () { all("details.print").forEach(function (item) { item.open = true; }); });

  /* Filters. */
  var filters = one("#filters");
  var findings = all("article.finding");
  function apply() {
    var wanted = all("select", filters).filter(function (item) { return item.value; });
    var words = one("#search").value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    findings.forEach(function (item) {
      var keep = wanted.every(function (select) {
        if (select.name === "confidence") { return Number(item.dataset.confidence) >= Number(select.value); }
        return item.dataset[select.name] === select.value;
      }) && words.every(function (word) { return item.dataset.search.indexOf(word) >= 0; });
      item.hidden = !keep;
      if (keep) { shown += 1; }
    });
    all(".group").forEach(function (group) { group.hidden = !group.querySelector("article:not([hidden])"); });
    one("#shown").textContent = shown + " of " + findings.length + " shown";
    one("#none").hidden = shown > 0;
  }
  function clear() {
    if (!filters) { return; }
    all("select, input", filters).forEach(function (item) { item.value = ""; });
    apply();
  }
  if (filters) {
    filters.addEventListener("input", apply);
    all("[data-clear]").forEach(function (item) { item.addEventListener("click", clear); });
    apply();
  }

  /* The dataflow: the trail of one finding lit, its steps numbered. */
  var svg = one("#flow-svg");
  var pick = one("#flow-pick");
  var card = one("#node-card");
  function words(text) { return (text || "").split(" ").filter(Boolean); }
  function light(drawing, finding, step) {
    var nodes = words(finding && finding.dataset.nodes);
    var edges = words(finding && finding.dataset.edges);
    var numbers = {};
    if (finding) {
      all(".trail a", finding).forEach(function (item, index) {
        var at = item.dataset.at;
        if (at !== undefined) { numbers[at] = (numbers[at] ? numbers[at] + "," : "") + (index + 1); }
      });
    }
    drawing.classList.toggle("tracing", nodes.length > 0);
    all(".node", drawing).forEach(function (node) {
      var id = node.dataset.node;
      node.classList.toggle("on", nodes.indexOf(id) >= 0);
      node.classList.toggle("now", step !== undefined && step === id);
      var badge = node.querySelector(".badge");
      badge.lastElementChild.textContent = numbers[id] || "";
      badge.firstElementChild.setAttribute("width", 12 + 6 * (numbers[id] || "").length);
    });
    all(".wire", drawing).forEach(function (wire) { wire.classList.toggle("on", edges.indexOf(wire.dataset.edge) >= 0); });
  }
  function trace(id, scroll) {
    if (!svg) { return; }
    light(svg, id ? document.getElementById(id) : null);
    if (pick) { pick.value = id || ""; }
    var node = svg.querySelector(".node.on");
    if (node) {
      var canvas = svg.closest(".canvas");
      var scale = svg.clientWidth / svg.viewBox.baseVal.width;
      var box = node.getBBox();
      canvas.scrollLeft = Math.max(0, box.x * scale - 60);
      canvas.scrollTop = Math.max(0, box.y * scale - 120);
    }
    if (scroll) {
      one("#dataflow").scrollIntoView();
      pick.focus({ preventScroll: true });
    }
  }
  if (pick) { pick.addEventListener("change", function () { trace(pick.value); }); }
  all("[data-flow]").forEach(function (button) {
    button.addEventListener("click", function () { trace(button.dataset.flow, true); });
  });
  function fit() {
    /* Smaller where that shows all of it and stays readable; else it scrolls. */
    var box = svg.viewBox.baseVal;
    var scale = Math.min(1, Math.max(0.74, (svg.closest(".canvas").clientWidth - 24) / box.width));
    svg.setAttribute("width", box.width * scale);
    svg.setAttribute("height", box.height * scale);
  }
  if (svg) {
    fit();
    addEventListener("resize", fit);
    all(".node", svg).forEach(function (node) {
      node.addEventListener("click", function (event) {
        event.preventDefault();
        var source = document.getElementById("n" + node.dataset.node);
        card.textContent = "";
        source.childNodes.forEach(function (item) { card.appendChild(item.cloneNode(true)); });
        card.hidden = false;
      });
    });
  }

  /* The evidence trail: mark all steps in the notebook, and walk along them. */
  var bar = one("#follow");
  var map = one("#follow-map");
  var steps = [];
  var current = 0;
  var back = "";
  function lines(step) {
    var target = document.getElementById(step.getAttribute("href").slice(1));
    var found = target ? [target] : [];
    var match = /^(c\d+l)(\d+)$/.exec(target ? target.id : "");
    for (var number = match ? Number(match[2]) + 1 : 1; match && number <= Number(step.dataset.end); number += 1) {
      var next = document.getElementById(match[1] + number);
      if (next) { found.push(next); }
    }
    return found;
  }
  function unmark() {
    all(".hit").forEach(function (item) { item.classList.remove("hit"); });
    all("[data-step]").forEach(function (item) { item.removeAttribute("data-step"); });
  }
  function follow(finding, number) {
    steps = all(".trail a", finding);
    back = finding.id;
    if (svg && finding.dataset.nodes && !map.firstChild) {
      var copy = svg.cloneNode(true);
      copy.removeAttribute("id");
      copy.removeAttribute("role");
      copy.removeAttribute("aria-label");
      all("a", copy).forEach(function (item) { item.removeAttribute("href"); item.removeAttribute("aria-label"); });
      copy.removeAttribute("width");
      copy.removeAttribute("height");
      map.appendChild(copy);
    }
    map.hidden = !(svg && finding.dataset.nodes);
    trace(finding.id);
    go(number);
    one(steps.length > 1 && number < steps.length - 1 ? "#follow-next" : "#follow-back").focus({ preventScroll: true });
  }
  function go(number) {
    current = number;
    showAllCells();
    unmark();
    steps.forEach(function (step, index) {
      var at = lines(step)[0];
      if (at) {
        var before = at.getAttribute("data-step");
        at.setAttribute("data-step", before ? before + ", " + (index + 1) : String(index + 1));
      }
    });
    var marked = lines(steps[current]);
    marked.forEach(function (item) { item.classList.add("hit"); });
    one("#follow-text").textContent = steps[current].querySelector(".where").textContent + ": " +
      steps[current].querySelector(".says").textContent;
    one("#follow-count").textContent = "Step " + (current + 1) + " of " + steps.length;
    one("#follow-prev").disabled = current === 0;
    one("#follow-next").disabled = current === steps.length - 1;
    if (map.firstChild) { light(map.firstChild, document.getElementById(back), steps[current].dataset.at); }
    bar.hidden = false;
    if (marked[0]) { marked[0].scrollIntoView({ block: "center", behavior: "instant" }); }
  }
  function stop() { bar.hidden = true; unmark(); }
  if (bar) {
    all(".trail a").forEach(function (step) {
      step.addEventListener("click", function (event) {
        var finding = step.closest(".finding");
        event.preventDefault();
        follow(finding, all(".trail a", finding).indexOf(step));
      });
    });
    all("[data-follow]").forEach(function (button) {
      button.addEventListener("click", function () { follow(document.getElementById(button.dataset.follow), 0); });
    });
    one("#follow-prev").addEventListener("click", function () { if (current > 0) { go(current - 1); } });
    one("#follow-next").addEventListener("click", function () { if (current < steps.length - 1) { go(current + 1); } });
    one("#follow-back").addEventListener("click", function () {
      var target = document.getElementById(back);
      stop();
      if (target) { target.scrollIntoView(); target.focus({ preventScroll: true }); }
    });
    one("#follow-close").addEventListener("click", stop);
    addEventListener("keydown", function (event) {
      if (bar.hidden || /^(SELECT|INPUT)$/.test(event.target.tagName)) { return; }
      if (event.key === "Escape") { stop(); }
      if (event.key === "ArrowRight" && current < steps.length - 1) { event.preventDefault(); go(current + 1); }
      if (event.key === "ArrowLeft" && current > 0) { event.preventDefault(); go(current - 1); }
    });
  }

  /* The notebook: all cells, or those with findings. */
  var only = one("#only");
  function showAllCells() {
    root.classList.remove("only");
    if (only) { only.checked = false; }
  }
  if (only) {
    only.addEventListener("change", function () { root.classList.toggle("only", only.checked); });
  }

  unfold();
}());
