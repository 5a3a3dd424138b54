// What people say on the touch screen: sends forms without leaving the page that board.js keeps,
// handwriting (sign.js), a voice memo of at most a minute, and digits from a keypad. A form that
// could not be sent stays as it was filled in.
(function () {
  "use strict";

  var LONGEST = 60; // seconds of a voice memo
  var BITS = 24000; // a second: a minute is less than 200 KB
  var TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
  var place = function (id) { return document.getElementById(id); };
  var page = function () { return place("page"); };

  // ---- sending ----
  var sending = false;
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) { return; }
    event.preventDefault();
    if (sending) { return; }
    var data = new FormData(form);
    var pressed = event.submitter;
    if (pressed && pressed.name) { data.set(pressed.name, pressed.value); }
    if (voice.blob && form.querySelector("#recorder")) { data.set("voice", voice.blob, "voice"); }
    busy(true);
    token(form).then(function (csrf) {
      return fetch(form.action, {
        method: "POST", body: data, headers: { "HX-Request": "true", "X-CSRFToken": csrf }
      });
    }).then(function (response) {
      window.board.answered(response.status < 500, response.headers.get("X-Kiosk-Now"));
      return response.text().then(function (html) {
        busy(false);
        if (!/^\s*<div id="page"/.test(html)) { return failed(form); }
        voice.drop();
        window.board.put(html, 0);
      });
    }).catch(function () { busy(false); window.board.answered(false); failed(form); });
  });
  function busy(is) { sending = is; page().classList.toggle("sending", is); }
  // A page that is kept for all has no token of its own; it is asked for when it is needed.
  function token(form) {
    var own = form.querySelector("[name=csrf_token]");
    if (own) { return Promise.resolve(own.value); }
    return fetch("/taking/token", { cache: "no-store" }).then(function (it) { return it.text(); });
  }
  function failed(form) {
    var words = form.querySelector(".not-sent") || document.createElement("p");
    words.className = "message fault not-sent";
    words.setAttribute("role", "alert");
    words.textContent = "没有发出去，您写的还在。请再点一次；还不行，请打值班电话。";
    form.prepend(words);
    words.scrollIntoView({ block: "center" });
  }

  // ---- digits ----
  document.addEventListener("click", function (event) {
    var key = event.target.closest("[data-digit]");
    if (!key) { return; }
    var box = place(key.closest("[data-digits]").dataset.digits);
    box.value = key.dataset.digit === "delete" ? box.value.slice(0, -1)
      : (box.value + key.dataset.digit).slice(0, box.maxLength);
  });

  // ---- words to tap together ----
  document.addEventListener("click", function (event) {
    var word = event.target.closest("[data-insert]");
    if (!word) { return; }
    var box = place(word.closest("[data-insert-into]").dataset.insertInto);
    box.value += word.dataset.insert;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // ---- a voice memo ----
  var voice = {
    blob: null, recorder: null, stream: null, clock: 0, began: 0,
    drop: function () {
      voice.blob = null;
      clearInterval(voice.clock);
      if (voice.recorder && voice.recorder.state !== "inactive") {
        voice.recorder.onstop = null;
        voice.recorder.stop();
      }
      if (voice.stream) { voice.stream.getTracks().forEach(function (track) { track.stop(); }); }
      voice.recorder = voice.stream = null;
    }
  };
  function possible() { return !!(navigator.mediaDevices && window.MediaRecorder); }
  function say(state, words) {
    var box = place("recorder");
    if (!box) { return; }
    box.dataset.state = state;
    place("recorded").textContent = words;
    place("record").textContent = { ready: "开始说", on: "说完了", done: "重新说" }[state] || "开始说";
    place("send-voice").disabled = state !== "done";
    place("heard").hidden = state !== "done";
  }
  function start() {
    voice.drop();
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
      var parts = [];
      var type = TYPES.filter(function (each) { return MediaRecorder.isTypeSupported(each); })[0];
      voice.stream = stream;
      voice.recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS });
      voice.recorder.ondataavailable = function (event) { parts.push(event.data); };
      voice.recorder.onstop = function () {
        var long = Math.max(1, Math.round((Date.now() - voice.began) / 1000));
        var blob = new Blob(parts, { type: type });
        voice.drop();
        if (!place("recorder")) { return; }
        voice.blob = blob;
        place("heard").src = URL.createObjectURL(blob);
        say("done", "录好了，" + long + " 秒。可以先听一遍，再点“发送录音”。");
      };
      voice.began = Date.now();
      voice.recorder.start();
      tick();
      voice.clock = setInterval(tick, 500);
    }, function () {
      say("none", "话筒打不开。请用手写，或者用手机扫码说。");
    });
  }
  function tick() {
    var left = LONGEST - Math.floor((Date.now() - voice.began) / 1000);
    window.board.touch(); // whoever speaks does not touch
    if (!place("recorder")) { voice.drop(); return; }
    if (left <= 0) { voice.recorder.stop(); return; }
    say("on", "正在录音，请对着屏幕说。还可以说 " + left + " 秒。");
  }
  document.addEventListener("click", function (event) {
    if (!event.target.closest("#record")) { return; }
    if (voice.recorder) { voice.recorder.stop(); } else { start(); }
  });

  // ---- a page that came ----
  function arrived() {
    voice.drop();
    if (place("pad") && place("pad").hidden) { window.signPad(); }
    if (place("recorder")) {
      if (possible()) { say("ready", "点“开始说”，说完再点一下。最多说 1 分钟。"); }
      else { say("none", "这块屏幕没有话筒。请用手写，或者用手机扫码说。"); place("record").disabled = true; }
    }
  }
  document.addEventListener("board:arrived", arrived);
  arrived();
})();
