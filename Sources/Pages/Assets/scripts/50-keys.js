// `?` shows the keys, `/` goes to the search, `j` and `k` move along the rows, Enter opens one.
const keys = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr, [data-row]")];
const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;
let active = -1;

const move = (step) => {
    const all = rows();
    if (all.length === 0) return;
    all[active]?.classList.remove("is-active");
    active = Math.min(all.length - 1, Math.max(0, active + step));
    const row = all[active];
    row.classList.add("is-active");
    const link = row.querySelector(".row-link") ?? row.querySelector("a");
    link?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (keys?.open) return;
    if (event.key === "?" && keys) keys.showModal();
    else if (event.key === "/") document.querySelector("[data-search]")?.select();
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else return;
    if (event.key !== "?" || keys) event.preventDefault();
});
document.addEventListener("focusin", (event) => {
    const index = rows().findIndex((row) => row.contains(event.target));
    if (index >= 0) active = index;
});
