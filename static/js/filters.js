// Keeps addresses short: a form[data-tidy] is sent without its empty fields.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}
