// Rows of a rule are added and taken away in place, in a [data-rule]: [data-rule-add], [data-rule-group] and
// [data-rule-drop] do here what they else ask the server for. New rows come from template[data-blank-row], new groups
// from template[data-blank-group], into the [data-conditions] beside the button. A [data-rule-field] decides which words
// the value of its [data-condition] proposes. The sentence in [data-said] comes from the address in data-say.
const WAIT = 300; // milliseconds after the last key

const clone = (rule, name) => rule.querySelector(`template[data-blank-${name}]`).content.firstElementChild.cloneNode(true);

function prefixOf(rule) {
  return rule.dataset.prefix;
}

function propose(row, prefix) {
  const list = `${prefix}-words-${row.querySelector("[data-rule-field]").value}`;
  const value = row.querySelector(`input[name="${prefix}-value"]`);
  if (document.getElementById(list)) value.setAttribute("list", list);
  else value.removeAttribute("list");
}

function addRow(rule, list, group) {
  const row = clone(rule, "row");
  row.querySelector(`input[name="${prefixOf(rule)}-group"]`).value = group;
  list.append(row);
  return row;
}

function groupNames(rule) {
  return [...rule.querySelectorAll("[data-group] [data-join]")].map((one) => one.name.slice(`${prefixOf(rule)}-join-`.length));
}

function addGroup(rule) {
  const taken = groupNames(rule);
  let name = taken.length + 1;
  while (taken.includes(String(name))) name += 1;
  const group = clone(rule, "group");
  const top = rule.querySelector("[data-join]").value;
  Object.assign(group.querySelector("[data-join]"), { name: `${prefixOf(rule)}-join-${name}`, value: top === "all" ? "any" : "all" });
  group.querySelector("[data-rule-add]").value = `add:${name}`;
  rule.querySelector("[data-conditions]").append(group);
  const list = group.querySelector("[data-conditions]");
  addRow(rule, list, name);
  return addRow(rule, list, name) && list.firstElementChild;
}

function drop(rule, row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const group = row.closest("[data-group]");
  row.remove();
  if (group && !group.querySelector("[data-condition]")) group.remove();
  (next?.querySelector("select") ?? rule.querySelector("[data-rule-add]")).focus();
}

async function say(rule) {
  const said = rule.querySelector("[data-said]");
  try {
    const answer = await fetch(rule.dataset.say, { method: "POST", body: new FormData(rule.closest("form")) });
    if (!answer.ok) return;
    const { sentence, errors } = await answer.json();
    said.textContent = sentence || Object.entries(errors).map(([place, text]) => (place ? `${place}: ${text}` : text)).join(". ");
    said.classList.toggle("down", !sentence && said.textContent !== "");
  } catch {
    said.textContent = ""; // the sentence comes with the next save
  }
}

function press(rule, button) {
  const group = button.closest("[data-group]");
  if ("ruleDrop" in button.dataset) return drop(rule, button.closest("[data-condition]"));
  const home = group ?? rule;
  const row = "ruleGroup" in button.dataset ? addGroup(rule)
    : addRow(rule, home.querySelector("[data-conditions]"), group ? button.value.slice("add:".length) : "");
  row.querySelector("select").focus();
}

const waiting = new WeakMap();
function soon(rule) {
  clearTimeout(waiting.get(rule));
  waiting.set(rule, setTimeout(() => say(rule), WAIT));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rule-add], [data-rule-group], [data-rule-drop]");
  const rule = button?.closest("[data-rule]");
  if (!rule) return;
  event.preventDefault();
  press(rule, button);
  soon(rule);
});

document.addEventListener("input", (event) => {
  const rule = event.target.closest("[data-rule]");
  if (!rule) return;
  if (event.target.matches("[data-rule-field]")) propose(event.target.closest("[data-condition]"), prefixOf(rule));
  soon(rule);
});
