// Small comforts. Every page works without them.

// Buttons that copy the text of the element named by data-copy; hidden until the browser can.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) {
    continue;
  }
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}

// A form is sent once: the second press of an impatient finger is dropped.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method.toLowerCase() !== "post") {
    return;
  }
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "true";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

// A file's text is put into the field that data-reads-into names, to be seen before it is sent; hidden until then.
for (const field of document.querySelectorAll("[data-reads-into]")) {
  const target = document.getElementById(field.dataset.readsInto);
  const input = field.querySelector("input");
  field.hidden = false;
  input.addEventListener("change", async () => {
    const [file] = input.files;
    // Four bytes a character at most; what is longer is refused by the server, and need not be read to know it.
    if (file && file.size <= 4 * Number(field.dataset.most)) {
      target.value = await file.text();
      input.setCustomValidity("");
    } else {
      input.setCustomValidity(file ? "This file is too long: give the days that bills are of." : "");
      input.reportValidity();
    }
  });
}
