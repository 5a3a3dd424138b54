// When nobody is there: the slides of /attract over the page, one at a time; the screen's hours and
// its dimming at night; and what is urgent, at once. A touch ends it at once: the page below never
// went away. All slides come in one answer and stay, so that they turn while the server is away, and
// a day of turning makes no node and keeps none.
(function () {
  "use strict";

  var body = document.body;
  var board = window.board;
  var REFRESH = 60000; // ask for slides again, as days and display periods end
  var AWAKE = 120000; // a touch at night lights the screen for so long
  var seconds = function (name) { return Number(body.dataset[name]) * 1000; };

  var stage = document.createElement("section");
  stage.id = "attract";
  stage.className = "attract";
  stage.hidden = true;
  stage.setAttribute("aria-label", "轮播");
  stage.innerHTML = '<div class="attract-slides"></div>'
    + '<p class="attract-foot"><strong>摸一下屏幕，看全部公开内容</strong>'
    + '<span class="attract-clock"><span class="figure"></span></span></p>';
  body.append(stage);
  var holder = stage.firstChild;
  // The slides that do not show lie outside of the page.
  var store = document.createElement("div");
  var all = [];
  var night = document.createElement("div");
  night.className = "night";
  night.hidden = true;
  body.append(night);

  // ---- the slides ----
  var tag = "";
  var asked = -REFRESH;
  var asking = false;
  var pressed = null;
  function slides() { return all.filter(lasts); }
  function lasts(slide) {
    return !slide.dataset.until || Date.parse(slide.dataset.until) > board.now().getTime();
  }
  function settings() { return store.firstElementChild ? store.firstElementChild.dataset : {}; }
  function pressing() { return slides().some(function (it) { return it.dataset.until; }); }
  var underway = Promise.resolve();
  // What is asked for while an answer is on its way may be newer than that answer.
  function refresh() {
    underway = underway.then(ask);
    return underway;
  }
  function ask() {
    asking = true;
    asked = Date.now();
    return fetch("/attract", {
      headers: tag ? { "If-None-Match": tag } : {},
      cache: "no-store"
    }).then(function (response) {
      if (response.status !== 200) { return; }
      return response.text().then(function (html) {
        var open = current && current.dataset.open;
        tag = response.headers.get("ETag") || "";
        store.innerHTML = html;
        all = Array.from(store.querySelectorAll(".slide"));
        current = null;
        document.dispatchEvent(new Event("attract:came"));
        // What is urgent takes the screen over at once, also from under a hand.
        var now = slides().filter(function (it) { return it.dataset.until; })
          .map(function (it) { return it.dataset.open; }).join(" ");
        var takes = pressed !== null && now && now !== pressed;
        pressed = now;
        if (takes) {
          show(0);
        } else if (showing) {
          show(Math.max(0, at(open)));
        }
      });
    }).catch(function () { /* what is there goes on turning */ }).then(function () { asking = false; });
  }

  // ---- turning ----
  var showing = false;
  var current = null;
  var place = 0;
  var turnAt = 0;
  var turned = Date.now();
  function at(open) {
    return slides().findIndex(function (it) { return open && it.dataset.open === open; });
  }
  function show(which) {
    var now = slides();
    if (!now.length) { stop(); return; }
    place = which % now.length;
    current = now[place];
    holder.className = "attract-slides " + store.firstElementChild.className;
    holder.replaceChildren(current);
    if (stage.hidden) {
      stage.hidden = false;
      body.classList.add("showing");
      others(true);
    }
    showing = true;
    turned = Date.now();
    turnAt = turned + (Number(settings().seconds) || 15) * 1000;
  }
  function stop() {
    showing = false;
    stage.hidden = true;
    holder.replaceChildren();
    stage.classList.remove("leaving");
    body.classList.remove("showing");
    others(false);
  }
  // What is below is neither read nor reached while slides lie over it.
  function others(inert) {
    Array.from(body.children).forEach(function (it) {
      if (it !== stage && it !== night && it.tagName !== "SCRIPT") { it.inert = inert; }
    });
  }

  // ---- news ----
  var urgentBefore = null;
  var newestBefore = null;
  // A poll of the page tells that there are other slides; what is new comes next.
  function note() {
    var now = board.page().dataset.urgent || "";
    var fresh = urgentBefore !== null && now !== urgentBefore;
    var news = board.page().dataset.newest || "";
    var newer = newestBefore !== null && news !== newestBefore && news;
    urgentBefore = now;
    newestBefore = news;
    if (fresh) {
      refresh();
    } else if (newer && showing) {
      refresh().then(function () {
        var there = at("/notices/" + news);
        if (showing && there >= 0) { show(there); }
      });
    }
  }
  document.addEventListener("board:polled", note);
  document.addEventListener("board:arrived", note);

  // ---- a touch ----
  // Gone at once; but the finger that ends the show must not open what lies below it.
  function touch(event) {
    awake = Date.now();
    if (!showing) { return; }
    var open = event.type === "pointerdown" && current && current.dataset.open;
    showing = false;
    if (event.type === "pointerdown") {
      stage.classList.add("leaving");
      setTimeout(stop, 350);
    } else {
      stop();
    }
    if (open && location.pathname !== open) { board.go(open, "push"); }
  }
  ["pointerdown", "keydown", "wheel"].forEach(function (name) {
    document.addEventListener(name, touch, { capture: true, passive: true });
  });
  stage.addEventListener("click", function (event) {
    event.stopPropagation();
    event.preventDefault();
    if (!showing) { stop(); }
  });
  night.addEventListener("click", function (event) { event.stopPropagation(); light(); });

  // ---- hours and night ----
  var awake = Date.now() - AWAKE;
  var clock = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23"
  });
  function within(at, from, until) {
    if (from < until) { return from <= at && at < until; }
    return at >= from || at < until;
  }
  function light() {
    var time = clock.format(board.now());
    var own = settings();
    var off = own.on && own.on !== own.off && !within(time, own.on, own.off);
    var dim = own.dim && own.dim !== own.bright && within(time, own.dim, own.bright);
    // Nobody sleeps through what is urgent.
    var up = Date.now() - awake < AWAKE || pressing();
    night.hidden = Boolean(up) || !(off || dim);
    night.classList.toggle("off", Boolean(off));
    var face = stage.querySelector(".attract-clock .figure");
    if (face.textContent !== time) { face.textContent = time; }
  }

  function watch() {
    light();
    document.querySelectorAll(".urgent-strip[data-until]").forEach(function (strip) {
      if (!lasts(strip)) { strip.hidden = true; }
    });
    if (!asking && Date.now() - asked >= REFRESH) { refresh(); }
    if (showing && current && !lasts(current)) {
      show(0);
      refresh();
    }
    if (!showing && stage.hidden && board.atHome() && board.stillFor() >= seconds("showAfter")) {
      show(0);
    } else if (showing && Date.now() >= turnAt) {
      show(place + 1);
    }
  }

  board.turned = function () { return turned; };
  board.settings = settings;
  note();
  refresh();
  setInterval(watch, 1000);
})();
