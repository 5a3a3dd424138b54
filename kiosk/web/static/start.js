// Big keys for the six digits of a screen's code: a screen has no keyboard.
(function () {
  "use strict";

  var box = document.getElementById("code");
  document.querySelector(".start-keys").hidden = false;
  document.addEventListener("click", function (event) {
    var key = event.target.closest("[data-key]");
    if (!key) { return; }
    var said = key.dataset.key;
    if (said === "清空") { box.value = ""; }
    else if (said === "删除") { box.value = box.value.slice(0, -1); }
    else if (box.value.length < 6) { box.value += said; }
  });
})();
