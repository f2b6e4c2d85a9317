// Counts as the server does: Unicode scalars, with a line break as one.
const count = (text) => [...text.replace(/\r\n?/g, "\n")].length;
for (const area of document.querySelectorAll("[data-counter]")) {
    const words = document.getElementById(area.id + "-counter");
    if (!words) continue;
    const limit = Number(area.dataset.counter);
    let waiting;
    const show = () => {
        const length = count(area.value);
        const figure = (number) => number.toLocaleString("en");
        words.textContent = words.dataset.pattern
            .replace("{count}", figure(length)).replace("{limit}", figure(limit));
        words.classList.toggle("counter-over", length > limit);
        clearTimeout(waiting);
        if (length > limit * 0.9) waiting = setTimeout(() => window.trellis.say(words.textContent), 1000);
    };
    area.addEventListener("input", show);
    area.addEventListener("trellis:restored", show);
}
