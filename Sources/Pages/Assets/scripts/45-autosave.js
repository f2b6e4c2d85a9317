// Saves a form with data-autosave while somebody types: two seconds after the last key, five after the first at most.
// What the server has not confirmed stays in this browser, through lost connections, an ended session, a reload and a
// closed tab: it is sent when the page is opened again.
const plain = (text) => text.replace(/\r\n?/g, "\n").trim().normalize("NFC");
// That there is none of something belongs to the list of it.
const base = (name) => name.split(".")[0].replace(/^no_/, "");
// What a field says: empty rows say nothing, wherever they stand.
const words = (pairs) => {
    const rows = new Set();
    return JSON.stringify(pairs.filter(([, value]) => value).map(([name, value]) => {
        const [, row, column] = name.split(".");
        return [rows.add(row).size, column, value];
    }));
};
const isBox = ({ type }) => type === "radio" || type === "checkbox";

for (const form of document.querySelectorAll("form[data-autosave]")) {
    const url = form.dataset.autosave;
    const key = "unsaved:" + url;
    // A field is whatever answers one question: a text, boxes, an amount with its currency, or rows of cells.
    const controls = [...form.elements].filter(({ name, type }) => name && !["file", "submit"].includes(type));
    const fields = [...new Set(controls.filter(({ type }) => type !== "hidden").map(({ name }) => base(name)))].map((name) => {
        const own = controls.filter((control) => base(control.name) === name);
        return {
            name, own, element: own.find(({ type }) => type !== "hidden"),
            get pairs() { return own.filter((control) => control.checked || !isBox(control)).map(({ name, value }) => [name, plain(value)]); },
            get text() { return words(this.pairs); },
        };
    });
    const seen = (name) => form.elements["seen_" + name] ?? form.elements["seen_" + name.slice(name.indexOf("_") + 1)];
    const known = new Map(fields.map(({ name, text }) => [name, text]));
    const [touched, refused] = [new Set(), new Map()];
    const dirty = () => fields.filter(({ name, text }) => text !== known.get(name));
    const pending = () => dirty().filter(({ name, text }) => touched.has(name) && refused.get(name) !== text);
    const state = form.querySelector("[data-save-state] time");
    // A line that changes is read out whole: how a question stands says nothing without the question.
    const lines = [...document.querySelectorAll("[data-autosave-checklist] div:has(a)")];
    for (const line of lines) line.setAttribute("aria-atomic", "true");
    const say = (text) => { if (state) state.textContent = text; };
    let timer, since = 0, busy = false, tries = 0;

    const keep = () => {
        const rest = dirty().flatMap((field) => field.pairs.map((pair) => [...pair, seen(field.name)?.value ?? ""]));
        if (rest.length) localStorage.setItem(key, JSON.stringify(rest));
        else localStorage.removeItem(key);
    };
    const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
    const fault = ({ element }, text) => {
        let line = document.getElementById(element.id + "-unsaved");
        if (text && !line) {
            line = Object.assign(document.createElement("p"), { id: element.id + "-unsaved", className: "error" });
            (element.closest("[data-choices], .input-row") ?? element).before(line);
        }
        if (line) line.textContent = text;
        if (line && !text) line.remove();
    };
    // Somebody who signed in again has a new token; the page has it.
    const renew = async () => {
        const page = await (await fetch(url.replace(/\/[^/]*$/, ""))).text();
        const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("form[data-autosave] [name=csrf]");
        if (fresh) form.elements.csrf.value = fresh.value;
        return fresh !== null;
    };

    async function save() {
        const sent = pending();
        if (busy || !sent.length) return;
        busy = true;
        since = 0;
        say(form.dataset.saving);
        const texts = sent.map((field) => [field, field.text]);
        const body = new URLSearchParams({ csrf: form.elements.csrf.value });
        if (form.elements.shown) body.append("shown", form.elements.shown.value);
        for (const { name, pairs } of sent) {
            const hidden = seen(name);
            for (const pair of pairs) body.append(...pair);
            if (hidden) body.append(hidden.name, hidden.value);
        }
        try {
            const answer = await fetch(url, {
                method: "POST", body, redirect: "manual",
                // A request that nobody answers is not waited for; one of a page that goes is sent all the same, if it is small.
                signal: AbortSignal.timeout(15000), keepalive: `${body}`.length < 60000,
            });
            if (answer.ok) {
                const json = await answer.json();
                for (const [field, text] of texts) {
                    const error = json.errors[field.name];
                    // A refused text stays in the tab and is not sent again until it changes.
                    (error ? refused : known).set(field.name, text);
                    fault(field, error ?? "");
                    const hidden = seen(field.name);
                    if (hidden && json.seen[hidden.name] !== undefined && !error) hidden.value = json.seen[hidden.name];
                }
                say(json.text);
                state?.setAttribute("datetime", json.saved_at);
                const count = document.querySelector("[data-autosave-count]");
                if (count) count.textContent = json.count;
                for (const line of json.checklist ? lines : []) {
                    const term = line.querySelector("dt"), standing = json.checklist[line.querySelector("a").hash.slice(3)];
                    line.hidden = !standing;
                    if (standing && term.textContent !== standing) term.textContent = standing;
                }
                tries = 0;
            } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
                say(form.dataset.signedOut);
                later(await renew() && tries++ < 1 ? 0 : 15000);
            } else {
                say(form.dataset.offline);
                if (answer.status !== 409) later(Math.min(30000, 1000 * 2 ** ++tries));
            }
        } catch {
            say(form.dataset.offline);
            later(Math.min(30000, 1000 * 2 ** ++tries));
        }
        busy = false;
        keep();
        if (tries === 0 && pending().length) later(2000);
    }

    // A form that was refused shows what was typed: of the fields at fault nobody knows whether it is stored.
    const cameBack = document.querySelector(".error-summary") !== null;
    for (const { name, own } of fields) if (cameBack && own.some((control) => control.closest(".field-wrong"))) known.delete(name);
    const kept = cameBack ? [] : JSON.parse(localStorage.getItem(key) ?? "[]");
    let restored = false;
    for (const { name, own, element, text } of fields) {
        const mine = kept.filter(([part]) => base(part) === name);
        if (!mine.length || words(mine) === text) continue;
        for (const control of own) {
            if (isBox(control)) control.checked = mine.some(([part, value]) => part === control.name && value === control.value);
            else control.value = mine.find(([part]) => part === control.name)?.[1] ?? "";
        }
        // A row that the page has no place for any more is sent all the same.
        for (const [part, value] of mine) if (!own.some((control) => control.name === part)) {
            const input = Object.assign(document.createElement("input"), { type: "hidden", name: part, value });
            form.append(input);
            own.push(input);
        }
        // Old name of an old text: if somebody changed it meanwhile, the server will notice.
        if (seen(name)) seen(name).value = mine[0][2];
        element.dispatchEvent(new Event("trellis:restored"));
        touched.add(name);
        restored = true;
    }
    if (restored) {
        const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: form.dataset.restored });
        notice.setAttribute("role", "status");
        form.prepend(notice);
        later(0);
    }
    keep();

    form.addEventListener("input", (event) => {
        touched.add(base(event.target.name));
        // What was refused for want of what is typed now is tried again with it.
        for (const { name } of event.target.closest("fieldset")?.elements ?? []) refused.delete(base(name));
        since ||= Date.now();
        keep();
        later(Math.max(0, Math.min(2000, since + 5000 - Date.now())));
    });
    form.addEventListener("submit", ({ submitter }) => {
        // A row that is taken away must not come back from this browser.
        for (const control of controls) if (submitter?.name === "remove" && control.name.startsWith(submitter.value + ".")) control.value = "";
        keep();
    });
    addEventListener("online", () => later(0));
    addEventListener("focus", () => later(0));
    addEventListener("pagehide", save);
    // Nobody is asked whether to leave what is saved.
    addEventListener("beforeunload", (event) => { if (!dirty().length) event.stopImmediatePropagation(); }, { capture: true });
}
