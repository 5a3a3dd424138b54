// What a visitor sets for the eyes and arms: the size of type, black ground, and the page moved down
// to where someone in a wheelchair reaches it. Kept for the visit, over reloads too, and put back
// when nobody has touched the screen for as long as it takes to go home.
(function () {
  "use strict";

  var root = document.documentElement;
  var KEY = "kiosk-aids";
  var OFF = { size: "1", contrast: "", low: "" };
  var STATES = { contrast: "high", low: "yes" };
  var idle = (Number(document.body.dataset.homeAfter) || 60) * 1000;
  var chosen = Object.assign({}, OFF, stored());
  var touched = Date.now();

  function stored() {
    try { return JSON.parse(sessionStorage.getItem(KEY)) || {}; } catch (error) { return {}; }
  }
  function apply() {
    Object.keys(OFF).forEach(function (name) {
      if (chosen[name] && chosen[name] !== OFF[name]) {
        root.dataset[name] = chosen[name];
      } else {
        delete root.dataset[name];
      }
    });
    document.querySelectorAll("[data-size][aria-pressed]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.size === chosen.size));
    });
    document.querySelectorAll("[data-aid]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(Boolean(chosen[button.dataset.aid])));
    });
    try { sessionStorage.setItem(KEY, JSON.stringify(chosen)); } catch (error) { /* private mode */ }
    window.dispatchEvent(new Event("resize")); // tables fit anew, and so do the page's turns
  }
  // What one reads stays in view when it grows.
  function set(name, value) {
    var scroller = document.getElementById("scroller");
    var at = scroller.scrollTop / Math.max(scroller.scrollHeight, 1);
    chosen[name] = value;
    apply();
    scroller.scrollTop = at * scroller.scrollHeight;
  }

  document.addEventListener("click", function (event) {
    var size = event.target.closest("button[data-size]");
    var aid = event.target.closest("[data-aid]");
    if (size) { set("size", size.dataset.size); }
    if (aid) { set(aid.dataset.aid, chosen[aid.dataset.aid] ? "" : STATES[aid.dataset.aid]); }
  });
  // "kiosk:use": something else on the page is in use without a touch, such as reading aloud.
  ["pointerdown", "keydown", "wheel", "kiosk:use"].forEach(function (name) {
    document.addEventListener(name, function () { touched = Date.now(); }, {
      capture: true,
      passive: true
    });
  });
  setInterval(function () {
    var set = Object.keys(OFF).some(function (name) { return chosen[name] !== OFF[name]; });
    if (set && Date.now() - touched >= idle) {
      chosen = Object.assign({}, OFF);
      apply();
    }
  }, 1000);

  apply();
})();
