// Rules as data: where a part is, and how parts come and go. Nothing here touches the page. Every function returns new
// rules; a place in them is a list of keys, as in ["all", 0, "where"].
window.leleka = window.leleka || {};
leleka.rules = (() => {
  "use strict";
  const SETS = ["union", "intersect", "except"];
  const HEADS = ["all", "any", "not", ...SETS, "column", "related", "segment", "list", "random share"];
  // A group and what it is written as: none of these is "not any of them".
  const MODES = { all: ["all"], any: ["any"], none: ["not", "any"], notAll: ["not", "all"] };
  const WHOLE = 2; // keys that lead from a group to a part of it

  const NOTE = "note"; // what somebody wrote beside a rule: it makes no difference to whom the rule fits
  const isMap = (node) => node !== null && typeof node === "object" && !Array.isArray(node);
  const headOf = (node) => (isMap(node) ? HEADS.find((head) => head in node) ?? "" : "");
  const isAlone = (node) => Object.keys(node).filter((key) => key !== NOTE).length === 1;
  const at = (root, steps) => steps.reduce((node, step) => node?.[step], root);
  const isList = (steps) => typeof steps.at(-1) === "number";
  const pathOf = (steps) =>
    steps.reduce((path, step) => path + (typeof step === "number" ? `[${step}]` : `.${step}`), "rules");

  const put = (root, steps, value) => {
    if (!steps.length) return value;
    const copy = structuredClone(root);
    const inside = at(copy, steps.slice(0, -1));
    if (value === undefined) delete inside[steps.at(-1)];
    else inside[steps.at(-1)] = value;
    return copy;
  };

  // How a group is joined, and where its parts are; null for what is no group.
  const groupAt = (root, steps) => {
    const node = at(root, steps);
    const mode = Object.keys(MODES).find((one) => {
      const inside = at(node, MODES[one]);
      return Array.isArray(inside) && isAlone(node)
        && (MODES[one].length === 1 || Object.keys(node.not).length === 1);
    });
    return mode ? { mode, list: [...steps, ...MODES[mode]] } : null;
  };

  const grouped = (mode, parts) => MODES[mode].reduceRight((inside, key) => ({ [key]: inside }), parts);
  const noted = (node, note) => (note === undefined ? node : { ...node, [NOTE]: note });
  const regroup = (root, steps, mode) =>
    put(root, steps, noted(grouped(mode, at(root, groupAt(root, steps).list)), at(root, steps)[NOTE]));

  // The place of the group that a part stands in: what is around a "not" goes with it.
  const around = (steps) => {
    const group = steps.slice(0, -WHOLE);
    return group.at(-1) === "not" ? group.slice(0, -1) : group;
  };

  const remove = (root, steps) => {
    if (!steps.length) return null;
    const last = steps.at(-1);
    if (last === "where") {
      const led = at(root, steps.slice(0, -1)).relationship; // of a step on the way to other rows only its name is left
      return led ? put(root, steps.slice(0, -1), led) : put(root, steps, undefined);
    }
    if (last === "not") return remove(root, steps.slice(0, -1));
    const list = steps.slice(0, -1);
    const others = at(root, list).filter((_one, place) => place !== last);
    if (!others.length) return remove(root, around(steps));
    const single = SETS.includes(list.at(-1)) && others.length === 1;
    return single ? put(root, list.slice(0, -1), others[0]) : put(root, list, others);
  };

  const insertAt = (root, list, place, node) => {
    const parts = [...at(root, list)];
    parts.splice(place, 0, node);
    return { rules: put(root, list, parts), steps: [...list, place] };
  };

  // Add at the end of a group, or make one of what stands there.
  const add = (root, steps, node) => {
    const there = at(root, steps);
    if (there === undefined || there === null) return { rules: put(root, steps, node), steps };
    const group = groupAt(root, steps);
    if (group) return insertAt(root, group.list, at(root, group.list).length, node);
    return { rules: put(root, steps, { all: [there, node] }), steps: [...steps, "all", 1] };
  };

  // Add behind a part. Sets are joined by cards: within one, a part and what comes behind it become a group.
  const addBehind = (root, steps, node) => {
    const joins = isList(steps) && !SETS.includes(steps.at(-WHOLE));
    if (joins) return insertAt(root, steps.slice(0, -1), steps.at(-1) + 1, node);
    if (steps.at(-1) === "not" && !groupAt(root, steps)) return addBehind(root, steps.slice(0, -1), node);
    return add(root, steps, node);
  };

  const addCard = (root, node) => {
    if (root === null) return { rules: node, steps: [] };
    const head = headOf(root);
    if (SETS.includes(head)) return insertAt(root, [head], root[head].length, node);
    return { rules: { union: [root, node] }, steps: ["union", 1] };
  };

  const move = (root, steps, by) => {
    if (!isList(steps)) return null;
    const [list, from] = [steps.slice(0, -1), steps.at(-1)];
    const parts = [...at(root, list)];
    const to = from + by;
    if (to < 0 || to >= parts.length) return null;
    parts.splice(to, 0, ...parts.splice(from, 1));
    return { rules: put(root, list, parts), steps: [...list, to] };
  };

  const find = (node, mark, steps = []) => {
    if (node === null || typeof node !== "object") return null;
    if (mark in node) return steps;
    const inside = Array.isArray(node) ? node.map((one, place) => [place, one]) : Object.entries(node);
    return inside.reduce((found, [step, one]) => found ?? find(one, mark, [...steps, step]), null);
  };
  // Whose rows a place is about: what asks about other rows cannot stand there.
  const rowsOf = (steps) => pathOf(steps.slice(0, steps.lastIndexOf("where") + 1));

  // To the place before another part, or behind it; null where it has none.
  const moveTo = (root, from, to, behind) => {
    const within = pathOf(to).startsWith(pathOf(from));
    if (!isList(from) || !isList(to) || within || rowsOf(from) !== rowsOf(to)) return null;
    const node = at(root, from);
    const gone = put(root, from, { $gone: true });
    const there = insertAt(gone, to.slice(0, -1), to.at(-1) + (behind ? 1 : 0), { $here: true }).rules;
    const left = remove(there, find(there, "$gone"));
    const steps = find(left, "$here");
    return { rules: put(left, steps, node), steps };
  };

  // Into the group before it; where there is none, into a group of its own.
  const moveInto = (root, steps) => {
    const node = at(root, steps);
    if (isList(steps) && steps.at(-1) > 0) {
      const before = [...steps.slice(0, -1), steps.at(-1) - 1];
      if (groupAt(root, before)) {
        const added = add(root, before, node);
        return { rules: remove(added.rules, steps), steps: added.steps };
      }
    }
    return { rules: put(root, steps, { any: [node] }), steps: [...steps, "any", 0] };
  };

  // Out of its group, to the place behind that; never out of the related rows that it asks about.
  const moveOut = (root, steps) => {
    if (!isList(steps)) return null;
    const group = around(steps);
    if (!isList(group) || SETS.includes(steps.at(-WHOLE))) return null;
    const node = at(root, steps);
    const others = at(root, steps.slice(0, -1)).length > 1;
    const [list, place] = [group.slice(0, -1), group.at(-1)];
    const without = others ? remove(root, steps) : put(root, group, node);
    return others ? insertAt(without, list, place + 1, node) : { rules: without, steps: group };
  };

  // The note stays with the whole of it.
  const negate = (root, steps) => {
    if (!isMap(at(root, steps))) return put(root, steps, { not: at(root, steps) });
    const { [NOTE]: note, ...node } = at(root, steps);
    const single = "not" in node && Object.keys(node).length === 1;
    return put(root, steps, single ? noted(node.not, note ?? node.not[NOTE]) : noted({ not: node }, note));
  };

  return {
    SETS, add, addBehind, addCard, at, groupAt, grouped, headOf, isAlone, isMap, move, moveInto, moveOut, moveTo, negate, noted, pathOf, put,
    regroup, remove,
  };
})();
