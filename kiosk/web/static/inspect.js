// The checklist of an inspection keeps what was typed in the phone until the township has it. A
// village hall often has no network: the record then waits, photos included, and is sent by itself
// when there is one. It bears a number of its own, so that sending it twice records it once.

(() => {
  const form = document.getElementById("inspect");
  const told = document.getElementById("kept");
  const key = form.dataset.key;

  const say = (words) => {
    told.textContent = words;
    told.hidden = !words;
  };

  const typedFields = () =>
    [...form.elements].filter(
      (each) => each.name && each.type !== "file" && each.name !== "csrf_token",
    );

  const keep = () => {
    const kept = {};
    for (const each of typedFields()) {
      if (each.type !== "radio") kept[each.name] = each.value;
      else if (each.checked) kept[each.name] = each.value;
    }
    localStorage.setItem(key, JSON.stringify(kept));
  };

  const putBack = () => {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (!kept) return;
    for (const each of typedFields()) {
      if (!(each.name in kept)) continue;
      if (each.type === "radio") each.checked = each.value === kept[each.name];
      else each.value = kept[each.name];
    }
    say("上次没交的内容已经放回来了，照片请重新选。");
  };

  // ---- what waits to be sent, photos included ----

  const opened = new Promise((done, fail) => {
    const asked = indexedDB.open("inspections", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("waiting");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  const store = async (mode, act) => {
    const db = await opened;
    return new Promise((done, fail) => {
      const asked = act(db.transaction("waiting", mode).objectStore("waiting"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  };

  const wait = (fields) => store("readwrite", (waiting) => waiting.put(fields, key));
  const waiting = () => store("readonly", (all) => all.get(key));
  const forget = () => store("readwrite", (all) => all.delete(key));

  const send = async (fields) => {
    // The page's token may be hours old by now; a fresh page has a fresh one.
    const page = await fetch(location.href, { credentials: "same-origin" });
    if (page.redirected) throw new Error("login");
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    data.set("csrf_token", fresh.querySelector("[name=csrf_token]").value);
    const answer = await fetch(location.href, { method: "POST", body: data });
    if (answer.redirected) return { sent: true, url: answer.url };
    const said = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fault = said.querySelector("main [role=alert]");
    return { sent: false, fault: fault ? fault.textContent : `没有存上（${answer.status}）。` };
  };

  let sending = false;
  const trySending = async () => {
    const fields = await waiting();
    if (!fields || sending) return;
    sending = true;
    try {
      const done = await send(fields);
      await forget();
      if (done.sent) {
        localStorage.removeItem(key);
        location.href = done.url;
      } else {
        say(done.fault);
        told.className = "message fault";
        told.scrollIntoView({ block: "center" });
      }
    } catch (error) {
      say(
        error.message === "login"
          ? "登录已经过期。记录还在这部手机里：请在另一个页面重新登录，再按一次保存。"
          : "现在没有网，记录已存在这部手机里，有网后会自己补交。请不要清除浏览器数据。",
      );
    } finally {
      sending = false;
    }
  };

  form.addEventListener("input", keep);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("正在保存……");
    told.className = "message";
    const fields = [...new FormData(form)].filter(
      ([, value]) => !(value instanceof File) || value.size,
    );
    await wait(fields);
    await trySending();
  });
  window.addEventListener("online", trySending);
  setInterval(trySending, 20000);

  putBack();
  const number = form.elements.typed;
  if (!number.value) {
    number.value = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
    keep();
  }
  trySending();
})();
