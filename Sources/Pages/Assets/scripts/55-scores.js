// On a sheet of scores a digit scores the criterion in focus, or the first without a score, and goes on to the next. A button
// that has a key of its own names it (`data-key`).
const sheet = document.querySelector("[data-scores]");
const criteria = [...(sheet?.querySelectorAll("[data-criterion]") ?? [])];
const scale = (criterion) => [...criterion.querySelectorAll("[data-choices] input")];
const isScored = (criterion) => scale(criterion).some((input) => (input.type === "radio" ? input.checked : input.value !== ""));
const enter = (criterion) => {
    const inputs = criterion ? scale(criterion) : [];
    (inputs.find((input) => input.checked) ?? inputs[0])?.focus({ preventScroll: true });
    criterion?.scrollIntoView({ block: "nearest" });
};

if (sheet) document.addEventListener("keydown", (event) => {
    if (window.trellis.isTyping(event) || document.querySelector("dialog[open]")) return;
    const button = [...sheet.querySelectorAll("[data-key]")].find((button) => button.dataset.key === event.key);
    if (button) {
        event.preventDefault();
        button.click();
    }
    if (!/^[0-9]$/.test(event.key)) return;
    const criterion = event.target.closest?.("[data-criterion]") ?? criteria.find((criterion) => !isScored(criterion));
    if (!criterion) return;
    const inputs = scale(criterion);
    if (inputs[0]?.type !== "radio") {
        // A long scale takes more than one digit: this one is typed into its field.
        enter(criterion);
        return;
    }
    const input = inputs.find((input) => input.value === event.key);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    enter(criteria[criteria.indexOf(criterion) + 1] ?? criteria.find((criterion) => !isScored(criterion)) ?? criterion);
});
