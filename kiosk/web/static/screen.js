// A screen says once a minute that it is there and what it shows, so that a village and its
// township learn of one that went dark. Browsers narrower than a screen on a wall say nothing.
(function () {
  "use strict";

  var EVERY = 60000;
  var WALL = 1000;

  function name() {
    try {
      var kept = localStorage.getItem("kiosk-screen");
      if (!kept) {
        kept = Math.random().toString(36).slice(2, 12);
        localStorage.setItem("kiosk-screen", kept);
      }
      return kept;
    } catch (blocked) {
      return "unnamed";
    }
  }
  function beat() {
    if (Math.max(screen.width, screen.height) < WALL) { return; }
    var page = document.getElementById("page");
    fetch("/screens/heartbeat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        screen: name(),
        size: screen.width + "x" + screen.height,
        visible: document.visibilityState === "visible",
        page: page ? page.getAttribute("hx-get") : location.pathname
      })
    }).catch(function () { /* board.js says on the screen when the server is away */ });
  }

  beat();
  setInterval(beat, EVERY);
})();
