// The touch screen's behaviour: going from page to page without ever showing a browser's error
// page, the clock, the way home after a minute, and the show when nobody is there. htmx polls;
// everything else about what is on a page is the server's.
(function () {
  "use strict";

  var body = document.body;
  var scroller = document.getElementById("scroller");
  var offline = document.getElementById("offline");
  var seconds = function (name) { return Number(body.dataset[name]) * 1000; };
  var page = function () { return document.getElementById("page"); };

  // ---- the clock: the server's, in Beijing ----
  var offset = 0;
  var format = function (options) {
    return new Intl.DateTimeFormat("zh-CN", Object.assign({ timeZone: "Asia/Shanghai" }, options));
  };
  var faces = {
    day: format({ year: "numeric", month: "long", day: "numeric" }),
    weekday: format({ weekday: "long" }),
    time: format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
  };
  function setClock(stamp) {
    if (stamp) { offset = Date.parse(stamp) - Date.now(); }
  }
  function tick() {
    var now = new Date(Date.now() + offset);
    Object.keys(faces).forEach(function (name) {
      var place = document.querySelector('[data-clock="' + name + '"]');
      var said = faces[name].format(now);
      if (place.textContent !== said) { place.textContent = said; }
    });
  }

  // ---- is the server there? ----
  var lastAnswer = Date.now();
  function answered(ok, stamp) {
    if (ok) {
      lastAnswer = Date.now();
      setClock(stamp);
    } else {
      document.querySelector('[data-clock="last"]').textContent =
        faces.time.format(new Date(lastAnswer + offset));
    }
    offline.hidden = ok;
  }

  // ---- from page to page ----
  var going = 0;
  var underway = 0;
  function go(url, how) {
    var mine = ++going;
    underway += 1;
    var done = function (there) { underway -= 1; return there; };
    return fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store" }).then(
      function (response) {
        answered(response.status < 500, response.headers.get("X-Kiosk-Now"));
        if (!response.ok) { return false; }
        return response.text().then(function (html) {
          if (mine !== going) { return false; }
          page().outerHTML = html;
          if (how === "push") {
            history.pushState({ depth: depth() + 1 }, "", url);
          } else if (how === "replace") {
            history.replaceState(history.state, "", url);
          }
          window.htmx.process(page());
          scroller.scrollTop = 0;
          arrived();
          return true;
        });
      },
      function () { answered(false); return false; }
    ).then(done, function (error) { done(); throw error; });
  }
  // Keys follow each other faster than answers: each adds to what stands in the box by then.
  function typed(key) {
    var box = document.getElementById("q");
    var before = /^[\x20-\x7e]*$/.test(box.value) || key === "delete" ? box.value : "";
    box.value = key === "delete" ? before.slice(0, -1) : before + key;
    return "/search?" + new URLSearchParams({ q: box.value });
  }
  // The program was started anew, perhaps another version: its script and styles with it.
  function renew() {
    if (page().dataset.started !== body.dataset.started) { location.reload(); }
  }
  function depth() { return (history.state && history.state.depth) || 0; }
  function atHome() { return location.pathname === "/"; }
  function home() {
    if (atHome() && !showing) { scroller.scrollTop = 0; return; }
    stopShow();
    go("/", "push").then(function (there) {
      if (there) { history.replaceState({ depth: 0 }, "", "/"); turnable(); }
    });
  }
  function back() {
    if (depth() > 0) { history.back(); return; }
    var parent = page().dataset.back;
    if (parent) { go(parent, "replace"); }
  }
  function turn(way) {
    scroller.scrollBy({ top: way * scroller.clientHeight * 0.85, behavior: "smooth" });
  }
  function arrived() {
    renew();
    tick();
    turnable();
    noteNewest();
    var title = document.querySelector("#page h1");
    document.title = title ? title.textContent.trim() : document.title;
  }
  function turnable() {
    var end = scroller.scrollHeight - scroller.clientHeight - 4;
    button("up").disabled = scroller.scrollTop <= 4;
    button("down").disabled = scroller.scrollTop >= end;
    button("back").disabled = !showing && depth() === 0 && !page().dataset.back;
  }
  function button(act) { return document.querySelector('[data-act="' + act + '"]'); }

  document.addEventListener("click", function (event) {
    var act = event.target.closest("[data-act]");
    if (act) {
      event.preventDefault();
      ({ back: back, home: home, up: function () { turn(-1); }, down: function () { turn(1); } })[
        act.dataset.act
      ]();
      return;
    }
    var link = event.target.closest("a[href]");
    if (link && link.origin === location.origin) {
      event.preventDefault();
      var url = "key" in link.dataset ? typed(link.dataset.key) : link.href;
      go(url, "replace" in link.dataset ? "replace" : "push");
    }
  });
  document.addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target;
    go(form.action + "?" + new URLSearchParams(new FormData(form)), "replace");
  });
  window.addEventListener("popstate", function () {
    go(location.pathname + location.search);
  });
  scroller.addEventListener("scroll", turnable, { passive: true });
  window.addEventListener("resize", turnable);
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });

  // ---- polling, by htmx ----
  document.addEventListener("htmx:beforeSwap", function (event) {
    // Someone is typing, on the way elsewhere, or reading an old version: the next poll will do.
    var busy = page().contains(document.activeElement) && document.activeElement.matches("input");
    if (busy || underway || page().querySelector("details[open]")) { event.detail.shouldSwap = false; }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var request = event.detail.xhr;
    answered(request.status > 0 && request.status < 500, request.getResponseHeader("X-Kiosk-Now"));
  });
  document.addEventListener("htmx:afterSettle", function () {
    renew();
    tick();
    turnable();
    noteNewest();
  });

  // ---- nobody is there ----
  var touched = Date.now();
  var showing = false;
  var turnAt = 0;
  var halfAt = 0;
  var place = 0;
  var newest = null;
  function rotation() {
    var list = page().dataset.rotation;
    return list ? list.split(" ") : [];
  }
  // What was just posted is shown at once, not after its turn.
  function noteNewest() {
    var first = rotation()[0] || "";
    var fresh = newest !== null && first !== newest;
    newest = first;
    if (showing && fresh && first) { show(0); }
  }
  function show(which) {
    var list = rotation();
    if (!list.length) { return; }
    showing = true;
    body.classList.add("showing");
    place = which % (list.length + 1);
    turnAt = Date.now() + seconds("showEach");
    halfAt = turnAt - seconds("showEach") / 2;
    // One turn in each round is the home page itself, with what is overdue and whom to call.
    go(place < list.length ? list[place] : "/");
  }
  function stopShow() {
    showing = false;
    body.classList.remove("showing");
  }
  function touch() {
    touched = Date.now();
    if (!showing) { return; }
    stopShow();
    var url = page().getAttribute("hx-get");
    if (url !== "/") { history.pushState({ depth: 1 }, "", url); }
    turnable();
  }
  ["pointerdown", "keydown", "wheel"].forEach(function (name) {
    document.addEventListener(name, touch, { capture: true, passive: true });
  });
  function watch() {
    var still = Date.now() - touched;
    if (!atHome() && still >= seconds("homeAfter")) {
      touched = Date.now();
      home();
    } else if (atHome() && !showing && still >= seconds("showAfter")) {
      show(0);
    } else if (showing && Date.now() >= turnAt) {
      show(place + 1);
    } else if (showing && halfAt && Date.now() >= halfAt) {
      halfAt = 0;
      turn(1);
    }
  }

  setClock(page().dataset.now);
  if (!history.state) { history.replaceState({ depth: 0 }, "", location.href); }
  arrived();
  setInterval(function () { tick(); watch(); }, 1000);
})();
