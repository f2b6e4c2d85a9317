// `?` shows the keys, `/` goes to the search, `j` and `k` move along the rows, Enter opens one.
const keys = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr, [data-row]")];
let active = -1;

const move = (step) => {
    const all = rows();
    if (all.length === 0) return;
    all[active]?.classList.remove("is-active");
    active = Math.min(all.length - 1, Math.max(0, active + step));
    const row = all[active];
    row.classList.add("is-active");
    const found = [".row-link", "a", "input:checked", "input"].map((kind) => row.querySelector(kind)).find((one) => one);
    found?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
    if (window.trellis.isTyping(event) || keys?.open) return;
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
