// A file is read into the field of its form, so that the form sends the same text that one may paste there.
for (const input of document.querySelectorAll("input[type=file][data-fills]")) {
    input.closest("[hidden]").hidden = false;
    input.addEventListener("change", async () => {
        const field = document.getElementById(input.dataset.fills);
        const bytes = new Uint8Array(await input.files[0]?.arrayBuffer() ?? 0);
        const isUTF16 = bytes[0] === 0xff && bytes[1] === 0xfe;
        field.value = new TextDecoder(isUTF16 ? "utf-16le" : "utf-8").decode(bytes);
        field.dispatchEvent(new Event("input", { bubbles: true }));
    });
}
