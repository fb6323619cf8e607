import { CUSTOM_PREFIX } from './custom-name.ts';

/** A trunk's own names for keys of the attached data, both ways. Names and keys compare case-insensitively. */
export interface Rename {
  /** Header name in lower case → key. */
  readonly keys: ReadonlyMap<string, string>;
  /** Key in lower case → header name. */
  readonly headers: ReadonlyMap<string, string>;
}

export const noRename: Rename = { keys: new Map(), headers: new Map() };

/** From `{<key>: <header name>}`, as the configuration has it. */
export function compileRename(names: Readonly<Record<string, string>>): Rename {
  const pairs = Object.entries(names);
  if (pairs.length === 0) return noRename;
  return {
    keys: new Map(pairs.map(([key, header]) => [header.toLowerCase(), key])),
    headers: new Map(pairs.map(([key, header]) => [key.toLowerCase(), header])),
  };
}

/** The key that the trunk's header stands for by its map; undefined when the map does not name it. */
export function renamedKey(rename: Rename, header: string): string | undefined {
  return rename.keys.size === 0 ? undefined : rename.keys.get(header.toLowerCase());
}

/** The trunk's header for a key; undefined when the map does not name it. */
export function renamedHeader(rename: Rename, key: string): string | undefined {
  return rename.headers.size === 0 ? undefined : rename.headers.get(key.toLowerCase());
}

/** What is wrong with a map: names that are no custom headers, or one name for two keys. */
export function renameFault(names: Readonly<Record<string, string>>): string | undefined {
  const headers = new Set<string>();
  const keys = new Set<string>();
  for (const [key, header] of Object.entries(names)) {
    const lower = header.toLowerCase();
    if (!lower.startsWith('x-')) return `"${header}": expected an X- header`;
    if (lower === 'x-user-to-user') return `"${header}" is User-to-User: see profile.uuiHeader`;
    if (lower.startsWith('x-ms-') && !lower.startsWith(CUSTOM_PREFIX.toLowerCase()))
      return `"${header}": X-MS- names are Microsoft's own`;
    if (headers.has(lower)) return `"${header}" stands for two keys`;
    if (keys.has(key.toLowerCase())) return `"${key}" has two headers`;
    headers.add(lower);
    keys.add(key.toLowerCase());
  }
  return undefined;
}
