/** What YAML gives: maps, lists and scalars. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `over` wins key by key; an empty value (`sip:` with nothing below) leaves what is there. Lists are replaced. */
export function mergeTrees(base: Tree, over: Tree): Tree {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    if (isTree(before) && isTree(value)) merged.set(key, mergeTrees(before, value));
    else if (value !== null || !merged.has(key)) merged.set(key, value);
  }
  // Object.fromEntries makes own properties of every name, `__proto__` included.
  return Object.fromEntries(merged);
}

/** `treeWith('a.b', 1)` is `{a: {b: 1}}`. */
export function treeWith(key: string, value: unknown): Tree {
  const dot = key.indexOf('.');
  if (dot < 0) return Object.fromEntries([[key, value]]);
  return Object.fromEntries([[key.slice(0, dot), treeWith(key.slice(dot + 1), value)]]);
}

/** `valueAt({a: {b: 1}}, 'a.b')` is 1; undefined where nothing is. */
export function valueAt(tree: Tree, key: string): unknown {
  let value: unknown = tree;
  for (const step of key.split('.'))
    value = isTree(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

/** The list at a key; an empty one where there is none. */
export function listAt(tree: Tree, key: string): readonly unknown[] {
  const value = valueAt(tree, key);
  return Array.isArray(value) ? value : [];
}
