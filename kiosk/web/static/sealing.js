/* Sealed reports: seals in this browser, so that no server ever gets the words (formats:
   kiosk/sealed/box.py). Nothing is kept here either: no storage, no name on a field that a form
   could send, and leaving the page forgets all. TweetNaCl and BLAKE2b are fetched once such a page
   is open; the touch screen swaps pages and says `board:arrived`. */
(function () {
  "use strict";
  var ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", STEP = 2048, PICTURE_STEP = 65536;
  var loading = null, code = "";

  function load(src) {
    return new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = src;
      script.onload = done;
      script.onerror = function () { loading = null; failed(new Error(src)); };
      document.head.appendChild(script);
    });
  }
  function ready(page) {
    loading = loading || Promise.all(page.dataset.needs.split(" ").map(load));
    return loading;
  }

  // ---- boxes ----
  function utf8(text) { return new TextEncoder().encode(text); }
  function joined(a, b) {
    var both = new Uint8Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  }
  function hex(bytes) {
    return Array.prototype.map.call(bytes, function (byte) {
      return (byte < 16 ? "0" : "") + byte.toString(16);
    }).join("");
  }
  function unhex(text) {
    return new Uint8Array(text.match(/../g).map(function (pair) { return parseInt(pair, 16); }));
  }
  function base64(bytes) {
    var text = "";
    for (var at = 0; at < bytes.length; at += 8192) {
      text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
    }
    return btoa(text);
  }
  function unbase64(text) {
    return Uint8Array.from(atob(text), function (glyph) { return glyph.charCodeAt(0); });
  }
  function padded(plain, step) {
    var whole = new Uint8Array(Math.ceil((plain.length + 1) / step) * step);
    whole.set(plain);
    whole[plain.length] = 0x80;
    return whole;
  }
  function sealed(plain, key, step) {
    var own = nacl.box.keyPair();
    var nonce = blake2b(joined(own.publicKey, key), null, 24);
    var box = nacl.box(padded(plain, step), nonce, key, own.secretKey);
    own.secretKey.fill(0);
    return base64(joined(own.publicKey, box));
  }
  function opened(text, pair) {
    var box = unbase64(text), from = box.subarray(0, 32);
    var nonce = blake2b(joined(from, pair.publicKey), null, 24);
    var plain = nacl.box.open(box.subarray(32), nonce, from, pair.secretKey);
    if (!plain) { return null; }
    var end = plain.lastIndexOf(0x80);
    return JSON.parse(new TextDecoder().decode(plain.subarray(0, end))).text;
  }
  function newCode() {
    var bytes = new Uint8Array(20);
    crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return ALPHABET[byte % 32]; }).join("");
  }
  function shown(code) { return code.match(/.{4}/g).join("-"); }
  function typed(text) {
    var found = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
    var fits = found.length === 20 && found.split("").every(function (it) { return ALPHABET.indexOf(it) >= 0; });
    return fits ? found : "";
  }
  function pair(code) {
    return nacl.box.keyPair.fromSecretKey(blake2b(utf8("sanwu receipt\0" + code), null, 32));
  }

  // ---- the page ----
  function part(name) { return document.querySelector("[data-sealing] [data-part=" + name + "]"); }
  function say(words) {
    var fault = part("fault");
    fault.textContent = words;
    fault.hidden = !words;
    if (words) { fault.scrollIntoView({ block: "center" }); }
  }
  function send(url, fields) {
    var form = new FormData();
    Object.keys(fields).forEach(function (name) { form.append(name, fields[name]); });
    return fetch(url, { method: "POST", body: form, cache: "no-store" }).then(
      function (answer) {
        return answer.json().catch(function () { return { fault: "没有交成，请过一会儿再试。写的内容都还在。" }; });
      },
      function () { return { fault: "网络不通，没有交成。写的内容都还在，请过一会儿再按一次。" }; }
    );
  }

  // A photo as JPEG of at most 1280 pixels a side: smaller, and without what a phone writes into it.
  function shrunk(file) {
    return new Promise(function (done, failed) {
      var picture = new Image(), url = URL.createObjectURL(file);
      picture.onload = function () {
        var by = Math.min(1, 1280 / Math.max(picture.width, picture.height));
        var canvas = document.createElement("canvas");
        canvas.width = Math.round(picture.width * by);
        canvas.height = Math.round(picture.height * by);
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        URL.revokeObjectURL(url);
        done(unbase64(canvas.toDataURL("image/jpeg", 0.75).split(",")[1]));
      };
      picture.onerror = function () { URL.revokeObjectURL(url); failed(new Error("picture")); };
      picture.src = url;
    });
  }

  var written = 0, last = null;
  function canvas() { return part("canvas"); }
  function clear() {
    var ink = canvas().getContext("2d");
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, canvas().width, canvas().height);
    written = 0;
  }
  function draw(event) {
    var box = canvas().getBoundingClientRect(), ink = canvas().getContext("2d");
    var to = {
      x: (event.clientX - box.left) * canvas().width / box.width,
      y: (event.clientY - box.top) * canvas().height / box.height
    };
    event.preventDefault();
    if (event.type === "pointerdown") { last = to; canvas().setPointerCapture(event.pointerId); }
    if (!last) { return; }
    ink.strokeStyle = "#111";
    ink.lineWidth = 7;
    ink.lineCap = ink.lineJoin = "round";
    ink.beginPath();
    ink.moveTo(last.x, last.y);
    ink.lineTo(to.x, to.y + 0.1);
    ink.stroke();
    written += Math.abs(to.x - last.x) + Math.abs(to.y - last.y);
    last = to;
  }
  function pictureBytes() {
    if (canvas()) {
      return Promise.resolve(written > 60 ? unbase64(canvas().toDataURL("image/png").split(",")[1]) : null);
    }
    var file = part("picture") && part("picture").files[0];
    return file ? shrunk(file) : Promise.resolve(null);
  }

  function handIn(page, button) {
    var text = part("plain").value.trim();
    if (text.length > Number(page.dataset.limit)) { say("写得太长了，最多 " + page.dataset.limit + " 字，请分成几次。"); return; }
    button.disabled = true;
    say("");
    pictureBytes().then(function (picture) {
      if (!text && !picture) { say("请写下要举报的事。"); return null; }
      var key = unhex(page.dataset.key);
      code = code || newCode();
      var fields = {
        csrf_token: page.dataset.csrf,
        key: page.dataset.fingerprint,
        box: sealed(utf8(JSON.stringify({ text: text || "（见图）" })), key, STEP),
        mailbox: hex(pair(code).publicKey)
      };
      if (picture) {
        fields.picture = sealed(picture, key, PICTURE_STEP);
        if (fields.picture.length > 1300000) { say("这张图太大了，请换一张小一点的。"); return null; }
      }
      return send(page.dataset.action, fields).then(function (said) {
        if (said.fault) { say(said.fault); return; }
        part("plain").value = "";
        if (canvas()) { clear(); }
        if (part("picture")) { part("picture").value = ""; }
        part("code").textContent = shown(code);
        part("done").hidden = false;
        part("writing").hidden = true;
        part("done").scrollIntoView({ block: "start" });
      });
    }, function () { say("这张图打不开，请换一张。"); }).then(function () { button.disabled = false; });
  }

  function lookUp(page, button) {
    var given = typed(part("code-typed").value);
    if (!given) { say("回执码是 20 个字母和数字，请看看有没有抄错。"); return; }
    button.disabled = true;
    say("");
    var own = pair(given);
    send(page.dataset.back, { csrf_token: page.dataset.csrf, mailbox: hex(own.publicKey) }).then(
      function (said) {
        button.disabled = false;
        if (said.fault) { say(said.fault); return; }
        code = given;
        var list = part("found");
        list.textContent = "";
        said.found.forEach(function (each) {
          var line = document.createElement("li"), when = document.createElement("p");
          var what = document.createElement("p");
          when.className = "when";
          when.textContent = new Date(each.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
          what.className = each.box ? "said reply" : "said";
          what.textContent = each.box ? opened(each.box, own) || "（这条回复打不开）" : "您交了一封举报";
          line.appendChild(when);
          line.appendChild(what);
          list.appendChild(line);
        });
        part("none").hidden = said.found.some(function (each) { return each.box; });
        part("answers").hidden = false;
        part("writing").hidden = false;
        part("asking").hidden = true;
      }
    );
  }

  document.addEventListener("click", function (event) {
    var page = document.querySelector("[data-sealing]");
    var button = event.target.closest && event.target.closest("[data-seal]");
    if (!page || !button || !page.contains(button)) { return; }
    var what = button.dataset.seal;
    if (what === "clear") { clear(); return; }
    if (what === "more") {
      part("done").hidden = true;
      part("writing").hidden = false;
      return;
    }
    if (what === "key") {
      var box = part("code-typed");
      box.value = button.dataset.key ? box.value + button.dataset.key : box.value.slice(0, -1);
      return;
    }
    ready(page).then(
      function () { (what === "in" ? handIn : lookUp)(page, button); },
      function () { say("加密的程序没有下载完，请再按一次。写的内容都还在。"); }
    );
  });
  ["pointerdown", "pointermove", "pointerup", "pointercancel"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (!event.target.dataset || event.target.dataset.part !== "canvas") { return; }
      if (name === "pointerup" || name === "pointercancel") { last = null; } else { draw(event); }
    });
  });
  function arrived() {
    var page = document.querySelector("[data-sealing]");
    code = "";
    if (!page) { return; }
    page.querySelectorAll("[data-script]").forEach(function (it) { it.hidden = false; });
    if (canvas()) { clear(); }
    ready(page).catch(function () {});
  }
  document.addEventListener("board:arrived", arrived);
  arrived();
})();
