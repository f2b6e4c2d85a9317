// Keeps what was typed in this tab until it has been sent, and warns before it is lost.
const typed = (form) =>
    [...form.elements].filter((field) => field.name && field.name !== "csrf" && !["hidden", "password", "file", "submit", "button"].includes(field.type));
const read = (form) => typed(form).map((field) => [field.name, field.value, field.checked === true]);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// What was sent is forgotten once a page of ours has come that is neither an error nor the form again.
const sent = sessionStorage.getItem("draft-sent");
const success = document.querySelector(".flash") !== null;
const formAgain = document.querySelector("form[data-draft]") !== null;
if (sent && (success || (!formAgain && document.body.classList.contains("console")))) {
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem("draft-sent");
}

for (const form of document.querySelectorAll("form[data-guard]")) {
    const key = form.dataset.draft && "draft:" + location.pathname + ":" + form.dataset.draft;
    const first = read(form);
    let sending = false;

    // What the server sent back after a refusal is newer than what was kept.
    const cameBack = document.querySelector(".error-summary") !== null;
    const kept = key && !cameBack && JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (kept && kept.first && same(kept.first, first) && !same(kept.now, first)) {
        typed(form).forEach((field, index) => {
            const [name, value, checked] = kept.now[index] ?? [];
            if (name !== field.name) return;
            if (field.type === "radio" || field.type === "checkbox") field.checked = checked;
            else field.value = value;
            field.dispatchEvent(new Event("trellis:restored"));
        });
        const notice = document.createElement("p");
        notice.className = "notice";
        notice.setAttribute("role", "status");
        notice.textContent = form.dataset.restored;
        form.prepend(notice);
    } else if (key) {
        sessionStorage.removeItem(key);
    }

    let waiting;
    const keep = () => {
        if (key) sessionStorage.setItem(key, JSON.stringify({ first, now: read(form) }));
        form.dispatchEvent(new CustomEvent("trellis:typed", { bubbles: true }));
    };
    form.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(keep, 400);
    });
    form.addEventListener("submit", () => {
        clearTimeout(waiting);
        keep();
        if (key) sessionStorage.setItem("draft-sent", key);
        sending = true;
    });
    window.addEventListener("beforeunload", (event) => {
        if (!sending && !same(read(form), first)) event.preventDefault();
    });
    // Back in history, the page is as it was left.
    window.addEventListener("pageshow", () => { sending = false; });
}
