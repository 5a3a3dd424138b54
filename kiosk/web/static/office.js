// The officers' forms made quicker: sums while typing, another row without a reload, saving by
// itself, a chosen file sent at once. Every page works without this.
(function () {
  "use strict";

  // ---- the preview: the screen's page at the screen's width, shrunk to what there is ----
  Array.prototype.forEach.call(document.querySelectorAll("[data-screen]"), function (box) {
    var frame = box.querySelector("iframe");
    var wide = Number(box.dataset.screen);
    function fit() {
      var scale = box.clientWidth / wide;
      frame.style.width = wide + "px";
      frame.style.height = (wide * 16) / 9 + "px";
      frame.style.transformOrigin = "0 0";
      frame.style.transform = "scale(" + scale + ")";
      box.style.height = (wide * 16 * scale) / 9 + box.offsetHeight - box.clientHeight + "px";
    }
    window.addEventListener("resize", fit);
    fit();
  });

  // ---- another match of a column: the table is read again at once ----
  var match = document.getElementById("match");
  if (match) {
    match.addEventListener("change", function (event) {
      if ("reread" in event.target.dataset) { match.querySelector('[value="read"]').click(); }
    });
  }

  var form = document.getElementById("draft");
  if (!form) { return; }

  // ---- another period: the title that the form gave itself follows ----
  var period = form.querySelector("#period");
  if (period) {
    period.addEventListener("change", function () {
      var title = form.querySelector("#title");
      var given = Array.prototype.some.call(period.options, function (option) {
        return option.dataset.title === title.value;
      });
      if (given) { title.value = period.options[period.selectedIndex].dataset.title; }
    });
  }

  // ---- a chosen file is sent at once ----
  form.addEventListener("change", function (event) {
    var input = event.target;
    if (!input.dataset.go || !input.files.length) { return; }
    var old = input.parentNode.parentNode.querySelector(".fault.size");
    if (old) { old.remove(); }
    var words = tooLarge(input.files, Number(input.dataset.most));
    if (words) {
      var fault = document.createElement("p");
      fault.className = "fault size";
      fault.textContent = words;
      input.parentNode.after(fault);
      input.value = "";
      return;
    }
    form.querySelector('button[value="' + input.dataset.go + '"]').click();
  });
  // Said here, before minutes are spent on sending it; the server checks again.
  function tooLarge(files, most) {
    var mega = 1048576;
    var sum = 0;
    for (var n = 0; n < files.length; n++) {
      sum += files[n].size;
      if (files[n].size > most * mega) {
        return files[n].name + " 太大（" + Math.ceil(files[n].size / mega) + " MB），最大 " + most +
          " MB。请换一个小一点的文件。";
      }
    }
    return sum > 60 * mega ? "一次选的照片太多，请分几次上传。" : "";
  }

  // ---- sums, in fen ----
  var normal = { "，": ",", "．": ".", "－": "-", "−": "-", "（": "(", "）": ")" };
  function fen(text) {
    var plain = text
      .replace(/[０-９]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 65248); })
      .replace(/[，．－−（）]/g, function (c) { return normal[c]; })
      .replace(/[,\s¥￥元]/g, "");
    var found = /^(-?)(\()?(-?)(\d*)(?:\.(\d*))?\)?$/.exec(plain);
    if (!found || !(found[4] || found[5])) { return null; }
    var sign = found[1] || found[2] || found[3] ? -1 : 1;
    var cents = Math.round(Number("0." + (found[5] || "0")) * 100);
    return sign * (Number(found[4] || "0") * 100 + cents);
  }
  function yuan(amount) {
    var whole = Math.floor(Math.abs(amount) / 100);
    var rest = String(Math.abs(amount) % 100).padStart(2, "0");
    return (amount < 0 ? "-" : "") + String(whole).replace(/\B(?=(\d{3})+$)/g, ",") + "." + rest;
  }
  function all(selector) { return Array.prototype.slice.call(form.querySelectorAll(selector)); }
  function sum(name) {
    return all('[data-sum="' + name + '"]').reduce(function (total, input) {
      var row = input.closest("[data-row]");
      var sub = row && row.querySelector("[data-sub]");
      return sub && sub.checked ? total : total + (fen(input.value) || 0);
    }, 0);
  }
  function tell(name, words) {
    all('[data-total="' + name + '"]').forEach(function (place) { place.textContent = words; });
  }
  function balance() {
    var opening = form.querySelector('[data-sum="opening"]');
    if (!opening) { return null; }
    var start = fen(opening.value);
    return start === null ? null : start + sum("income") - sum("expense");
  }
  function totals() {
    tell("income", yuan(sum("income")));
    tell("expense", yuan(sum("expense")));
    var should = balance();
    var closing = form.querySelector('[data-sum="closing"]');
    var written = closing && fen(closing.value);
    tell("should", should === null ? "—" : yuan(should));
    var off = should === null || written === null ? 0 : written - should;
    tell("words", off === 0 ? "" :
      "现在写的期末余额" + (off > 0 ? "多了 " : "少了 ") + yuan(Math.abs(off)) + " 元。");
    all('[data-total*="."]').forEach(function (place) {
      place.textContent = yuan(sum(place.dataset.total));
    });
  }

  // ---- rows ----
  form.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if ("fill" in button.dataset && balance() !== null) {
      event.preventDefault();
      form.querySelector('[data-sum="closing"]').value = yuan(balance());
      changed();
    }
    if ("drop" in button.dataset) {
      var gone = button.closest("[data-row]");
      var box = gone.parentNode;
      event.preventDefault();
      if (box.querySelectorAll("[data-row]").length > 1) { gone.remove(); } else { empty(gone); }
      number(box);
      changed();
    }
    if ("add" in button.dataset) {
      var rows = document.getElementById(button.value.replace("add:", ""))
        .querySelectorAll("[data-row]");
      if (!rows.length) { return; }
      event.preventDefault();
      var last = rows[rows.length - 1];
      var row = last.cloneNode(true);
      Array.prototype.forEach.call(inputs(row), function (input) {
        var name = input.name.split("-");
        name[1] = Number(name[1]) + 1;
        input.name = name.join("-");
        if (input.id) { input.id = input.name; }
      });
      Array.prototype.forEach.call(row.querySelectorAll("label[for]"), function (label) {
        var name = label.htmlFor.split("-");
        name[1] = Number(name[1]) + 1;
        label.htmlFor = name.join("-");
      });
      empty(row);
      last.after(row);
      number(last.parentNode);
      row.querySelector("input, select, textarea").focus();
    }
  });
  function inputs(row) { return row.querySelectorAll("input, select, textarea"); }
  function empty(row) {
    row.classList.remove("faulty");
    Array.prototype.forEach.call(row.querySelectorAll(".fault, .hint, [data-title]"), function (p) {
      p.remove();
    });
    Array.prototype.forEach.call(row.querySelectorAll(".mark, .faulty, .changed"), function (cell) {
      cell.classList.remove("mark", "faulty", "changed");
    });
    Array.prototype.forEach.call(inputs(row), function (input) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      if (input.type === "checkbox") { input.checked = false; } else { input.value = ""; }
    });
  }
  // The rows' numbers as people see them; their names need no more than to differ.
  function number(box) {
    Array.prototype.forEach.call(box.querySelectorAll("[data-row]"), function (row, n) {
      var place = row.querySelector("td.number, [data-number]");
      if (place) { place.textContent = n + 1; }
    });
  }

  // ---- a table copied in Word or Excel goes into the rows of the form ----
  function grid(table) {
    var rows = [];
    Array.prototype.forEach.call(table.rows, function (row, r) {
      rows[r] = rows[r] || [];
      var c = 0;
      Array.prototype.forEach.call(row.cells, function (cell) {
        while (rows[r][c] !== undefined) { c += 1; }
        var text = cell.textContent.replace(/\s+/g, " ").trim();
        for (var down = 0; down < Math.min(cell.rowSpan || 1, 50); down++) {
          rows[r + down] = rows[r + down] || [];
          for (var wide = 0; wide < Math.min(cell.colSpan || 1, 50); wide++) {
            rows[r + down][c + wide] = down || wide ? "" : text;
          }
        }
        c += Math.min(cell.colSpan || 1, 50);
      });
    });
    return rows.slice(0, table.rows.length);
  }
  function lines(text) {
    return text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map(function (line) {
      return line.split("\t");
    });
  }
  function copied(data) {
    var html = data.getData("text/html");
    if (/<table/i.test(html)) {
      // Parsed apart from the page: nothing of it runs or loads.
      var table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
      if (table && table.rows.length) { return grid(table); }
    }
    var text = data.getData("text/plain");
    return /[\t\n]./.test(text) ? lines(text) : [];
  }
  form.addEventListener("paste", function (event) {
    var input = event.target;
    if (!event.clipboardData) { return; }
    var rows = copied(event.clipboardData);
    var many = rows.length > 1 || (rows.length === 1 && rows[0].length > 1);
    if (!many) { return; }
    var plain = event.clipboardData.getData("text/plain");
    if (input.tagName === "TEXTAREA") {
      if (plain.indexOf("\t") < 0) { return; }
      event.preventDefault();
      var words = plain.replace(/\r\n?/g, "\n").replace(/\t/g, " | ");
      input.setRangeText(words, input.selectionStart, input.selectionEnd, "end");
      changed();
    } else if (input.tagName === "INPUT" && /^[a-z0-9_]+-\d+-[a-z0-9_]+$/.test(input.name) &&
        !/^(reviews|photos)-/.test(input.name)) {
      event.preventDefault();
      form.elements.pasted.value = JSON.stringify(rows);
      form.elements["pasted-at"].value = input.name;
      form.querySelector('button[value="paste"]').click();
    }
  });

  // ---- figures that are not the last notice's ----
  Array.prototype.forEach.call(document.querySelectorAll("[data-changed]"), function (line) {
    var input = document.getElementById(line.dataset.changed);
    if (input) { input.classList.add("changed"); }
  });

  // ---- saving by itself ----
  var saved = document.getElementById("saved");
  var waiting = null;
  var leaving = false;
  function fields() {
    var body = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && name.indexOf("pasted") !== 0) { body.append(name, value); }
    });
    return body;
  }
  function save() {
    waiting = null;
    if (leaving) { return; }
    fetch(form.dataset.autosave, { method: "POST", body: fields(), redirect: "manual" }).then(
      function (response) {
        if (response.status === 204) {
          var now = new Date();
          saved.textContent = "已自动保存 " + now.getHours() + ":" +
            String(now.getMinutes()).padStart(2, "0");
        } else if (response.status === 409) {
          saved.textContent = "没有自动保存：这份草稿在别的窗口改过。请刷新后再写。";
        } else if (response.status === 410) {
          saved.textContent = "不再保存：这份草稿已经发布或删除（在别的窗口）。发布了的请看“已发布”。";
        } else {
          saved.textContent = "没能自动保存：可能太久没操作。请另开一个窗口登录，再回来保存。";
        }
      },
      function () { saved.textContent = "没能自动保存：连不上本机服务，请先不要关闭。"; }
    );
  }
  function changed() {
    totals();
    if (waiting) { clearTimeout(waiting); }
    waiting = setTimeout(save, 1200);
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", function () {
    leaving = true;
    if (waiting) { clearTimeout(waiting); }
  });
  window.addEventListener("pageshow", function () { leaving = false; });
  totals();
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden" && waiting && !leaving) {
      clearTimeout(waiting);
      waiting = null;
      navigator.sendBeacon(form.dataset.autosave, fields());
    }
  });
})();
