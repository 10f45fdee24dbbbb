{% include "base.js" %}
(function () {
  var field = document.querySelector("#find");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#table tbody tr"));
  if (!field) { return; }
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      shown += row.hidden ? 0 : 1;
    });
    document.querySelector("#shown").textContent = shown + " of " + rows.length + " shown";
  });
}());
