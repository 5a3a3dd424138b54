// Checks a notice in the phone itself: its text against the hash in its entry, the entry against
// the signed tree (RFC 6962), the tree against the keys of village and township (C2SP tlog-proof,
// Ed25519). What this phone cannot compute is marked as the server's word and not as checked.
//
//   <ol id="check" data-proof="/n/ID.tlog-proof" data-streams="/streams/" data-id="ID"
//       data-title="the title that the page shows">
//
// Old browsers and pages without https have no Web Crypto; SHA-256 is written out for them below.
(function () {
  "use strict";

  var place = document.getElementById("check");
  var button = document.getElementById("check-again");
  if (!place || !window.fetch || !window.Promise || !window.Uint8Array) { return; }
  var subtle = window.crypto && window.crypto.subtle;

  // ---- bytes ----

  function utf8(text) {
    var plain = unescape(encodeURIComponent(text));
    return bytesOf(plain);
  }
  function bytesOf(binary) {
    var found = new Uint8Array(binary.length);
    for (var i = 0; i < binary.length; i += 1) { found[i] = binary.charCodeAt(i); }
    return found;
  }
  function base64(text) { return bytesOf(atob(text)); }
  function unhex(text) {
    if (!/^([0-9a-f]{2})*$/.test(text)) { throw new Error("hex"); }
    var found = new Uint8Array(text.length / 2);
    for (var i = 0; i < found.length; i += 1) { found[i] = parseInt(text.substr(2 * i, 2), 16); }
    return found;
  }
  function joined() {
    var size = 0, at = 0, i;
    for (i = 0; i < arguments.length; i += 1) { size += arguments[i].length; }
    var found = new Uint8Array(size);
    for (i = 0; i < arguments.length; i += 1) { found.set(arguments[i], at); at += arguments[i].length; }
    return found;
  }
  function same(one, other) {
    if (one.length !== other.length) { return false; }
    for (var i = 0; i < one.length; i += 1) { if (one[i] !== other[i]) { return false; } }
    return true;
  }

  // ---- SHA-256 (FIPS 180-4) ----

  function constants() {
    var found = { h: [], k: [] };
    function fraction(root) { return Math.floor((root - Math.floor(root)) * 4294967296) | 0; }
    for (var n = 2; found.k.length < 64; n += 1) {
      var prime = true;
      for (var d = 2; d * d <= n; d += 1) { if (n % d === 0) { prime = false; break; } }
      if (prime) {
        if (found.h.length < 8) { found.h.push(fraction(Math.pow(n, 1 / 2))); }
        found.k.push(fraction(Math.pow(n, 1 / 3)));
      }
    }
    return found;
  }
  var tables = null;
  function writtenOut(data) {
    tables = tables || constants();
    var blocks = (data.length + 9 + 63) >> 6;
    var padded = new Uint8Array(blocks * 64);
    padded.set(data);
    padded[data.length] = 0x80;
    var bits = data.length * 8;
    for (var b = 0; b < 5; b += 1) {
      padded[padded.length - 1 - b] = Math.floor(bits / Math.pow(256, b)) & 255;
    }
    var h = tables.h.slice(), w = new Array(64);
    function right(x, n) { return (x >>> n) | (x << (32 - n)); }
    for (var at = 0; at < padded.length; at += 64) {
      for (var i = 0; i < 16; i += 1) {
        var p = at + 4 * i;
        w[i] = (padded[p] << 24) | (padded[p + 1] << 16) | (padded[p + 2] << 8) | padded[p + 3];
      }
      for (i = 16; i < 64; i += 1) {
        var x = w[i - 15], y = w[i - 2];
        var s0 = right(x, 7) ^ right(x, 18) ^ (x >>> 3);
        var s1 = right(y, 17) ^ right(y, 19) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      var v = h.slice();
      for (i = 0; i < 64; i += 1) {
        var e = v[4], a = v[0];
        var t1 = (v[7] + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & v[5]) ^ (~e & v[6])) +
          tables.k[i] + w[i]) | 0;
        var t2 = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) +
          ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(t1 + t2) | 0, a, v[1], v[2], (v[3] + t1) | 0, e, v[5], v[6]];
      }
      for (i = 0; i < 8; i += 1) { h[i] = (h[i] + v[i]) | 0; }
    }
    var found = new Uint8Array(32);
    for (i = 0; i < 32; i += 1) { found[i] = (h[i >> 2] >>> (24 - 8 * (i & 3))) & 255; }
    return found;
  }
  function sha256(data) {
    if (!subtle) { return Promise.resolve(writtenOut(data)); }
    return subtle.digest("SHA-256", data).then(function (hash) { return new Uint8Array(hash); });
  }

  // ---- canonical JSON (RFC 8785) ----

  function canonical(value) {
    if (Array.isArray(value)) { return "[" + value.map(canonical).join(",") + "]"; }
    if (value && typeof value === "object") {
      return "{" + Object.keys(value).sort().map(function (key) {
        return JSON.stringify(key) + ":" + canonical(value[key]);
      }).join(",") + "}";
    }
    return JSON.stringify(value);
  }

  // ---- the tree: from a leaf to the root (RFC 9162, 2.1.3.2) ----

  function node(left, right) { return sha256(joined(new Uint8Array([1]), left, right)); }
  function rootOf(leaf, index, size, path) {
    var found = sha256(joined(new Uint8Array([0]), leaf));
    var fn = index, sn = size - 1;
    function half(n) { return Math.floor(n / 2); }
    path.forEach(function (step) {
      var left = fn % 2 === 1 || fn === sn;
      var over = sn === 0;
      found = found.then(function (hash) {
        if (over) { throw new Error("path"); }
        return left ? node(step, hash) : node(hash, step);
      });
      if (left) { while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); } }
      fn = half(fn);
      sn = half(sn);
    });
    return found.then(function (hash) {
      if (sn !== 0 || index >= size) { throw new Error("path"); }
      return hash;
    });
  }

  // ---- the proof file and its signatures ----

  function parsed(text) {
    var gap = text.indexOf("\n\n");
    var lines = text.slice(0, gap).split("\n");
    var note = text.slice(gap + 2);
    if (lines.shift() !== "c2sp.org/tlog-proof@v1") { throw new Error("proof"); }
    var leaf = base64(lines.shift().replace(/^extra /, ""));
    var index = Number(lines.shift().replace(/^index /, ""));
    var cut = note.lastIndexOf("\n\n");
    var head = note.slice(0, cut + 1), parts = head.split("\n");
    return {
      leaf: leaf,
      index: index,
      path: lines.map(base64),
      head: head,
      origin: parts[0],
      size: Number(parts[1]),
      root: base64(parts[2]),
      signatures: note.slice(cut + 2).split("\n").filter(Boolean).map(function (line) {
        var found = /^\u2014 (\S+) (\S+)$/.exec(line), raw = base64(found[2]);
        return { name: found[1], id: raw.subarray(0, 4), data: raw.subarray(4) };
      })
    };
  }
  function keyOf(line) {
    var parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line);
    var material = base64(parts[3]);
    return sha256(joined(utf8(parts[1] + "\n"), material)).then(function (hash) {
      if (!same(hash.subarray(0, 4), unhex(parts[2]))) { throw new Error("key"); }
      return { name: parts[1], id: hash.subarray(0, 4), type: material[0], raw: material.subarray(1) };
    });
  }
  function timeOf(data) {
    var seconds = 0;
    for (var i = 0; i < 8; i += 1) { seconds = seconds * 256 + data[i]; }
    return seconds;
  }
  // true, false, or null where this browser cannot tell.
  function verified(key, signature, head) {
    if (!subtle) { return Promise.resolve(null); }
    var message = head, data = signature.data;
    if (key.type === 4) {
      message = "cosignature/v1\ntime " + timeOf(data) + "\n" + head;
      data = data.subarray(8);
    }
    return Promise.resolve().then(function () {
      return subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
    }).then(function (imported) {
      return subtle.verify({ name: "Ed25519" }, imported, data, utf8(message));
    }, function () { return null; });
  }
  function when(seconds) {
    // Beijing has no summer time.
    var at = new Date((seconds + 8 * 3600) * 1000).toISOString();
    return at.slice(0, 10) + " " + at.slice(11, 16);
  }

  // ---- what people see ----

  function say(state, words) {
    var line = document.createElement("li");
    line.className = "check-line check-" + state;
    line.textContent = { good: "✓ ", bad: "✗ ", word: "… " }[state] + words;
    place.appendChild(line);
  }
  function text(url) {
    return fetch(url, { cache: "no-store" }).then(function (answer) {
      if (answer.status === 404 || answer.status === 410) { return null; }
      if (!answer.ok) { throw new Error("fetch"); }
      return answer.text();
    });
  }

  function check() {
    place.textContent = "";
    var bad = false, word = false, proof, entry, prefix;
    function settle(good, right, wrong) { say(good ? "good" : "bad", good ? right : wrong); bad = bad || !good; }
    return text(place.dataset.proof).then(function (found) {
      if (found === null) { throw new Error("none"); }
      proof = parsed(found);
      entry = JSON.parse(decodeURIComponent(escape(String.fromCharCode.apply(null, proof.leaf))));
      var belongs = entry.subject === place.dataset.id && entry.seq === proof.index &&
        proof.origin.slice(-entry.stream.length - 1) === "/" + entry.stream;
      settle(belongs, "证明说的就是这条公开", "证明说的不是这条公开");
      prefix = place.dataset.streams + entry.stream;
      return text(prefix + "/bodies/" + entry.seq);
    }).then(function (found) {
      if (found === null) { say("word", "正文已按规定删除，只能核对它曾经在这里"); word = true; return null; }
      var said = JSON.parse(found);
      return sha256(joined(unhex(said.salt), utf8(canonical(said.body)))).then(function (hash) {
        settle(same(hash, unhex(entry.body_hash)) && said.body.title === place.dataset.title,
          "内容和当初写下的一字不差", "内容和当初写下的不一样");
      });
    }).then(function () {
      return rootOf(proof.leaf, proof.index, proof.size, proof.path).then(
        function (root) { return same(root, proof.root); }, function () { return false; });
    }).then(function (good) {
      settle(good, "它确实写在那本只能往后加的账里，第 " + (proof.index + 1) + " 条",
        "它不在签了名的账里");
      return text(prefix + "/vkeys");
    }).then(function (found) {
      var lines = (found || "").split("\n").filter(Boolean);
      return Promise.all(lines.map(keyOf));
    }).then(function (keys) {
      return Promise.all(keys.map(function (key, at) {
        var signature = proof.signatures.filter(function (each) {
          return each.name === key.name && same(each.id, key.id);
        })[0];
        if (!signature) { return at === 0 ? { who: "发布人", good: false } : null; }
        var who = key.type === 4 ? "见证人" : "发布人";
        var at_ = key.type === 4 ? when(timeOf(signature.data)) : "";
        return verified(key, signature, proof.head).then(function (good) {
          return { who: who, good: good, at: at_ };
        });
      }));
    }).then(function (results) {
      if (!results.length) { settle(false, "", "没有签名可以核对"); }
      results.filter(Boolean).forEach(function (each) {
        var words = each.who + "的签名" + (each.at ? "（" + each.at + "）" : "");
        if (each.good === null) {
          word = true;
          say("word", words + "这部手机不会核对，服务器说是对的");
        } else {
          settle(each.good, words + "是真的", words + "不对");
        }
      });
      return bad ? "bad" : word ? "word" : "good";
    }, function (fault) {
      if (fault && fault.message === "none") {
        say("word", "还没有见证，联网后再来核对");
        return "word";
      }
      say("bad", "没有核对完，请检查网络再试一次");
      return "bad";
    }).then(function (state) {
      place.dataset.state = state;
      var end = document.getElementById("check-end");
      end.className = "message " + { good: "good", word: "warn", bad: "fault" }[state];
      end.textContent = {
        good: "核对通过：这条公开没有被改过。",
        word: "能核对的都对；带“…”的是服务器自己说的，要拿证明文件另外核对。",
        bad: "没有通过。请把证明文件交给懂技术的人核对，或打监督电话。"
      }[state];
      end.hidden = false;
    });
  }

  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      button.disabled = true;
      check().then(function () { button.disabled = false; });
    });
  }
  // For the tests of the written-out hash.
  place.sha256WrittenOut = writtenOut;
})();
