import { CUSTOM_PREFIX } from './custom-name.ts';
import type { Scope } from './entry.ts';
import type { KeyPolicy, Redaction, Writer } from './key-policy.ts';

/** A trunk's own names for keys of the attached data, both ways. Names and keys compare case-insensitively. */
export interface Rename {
  /** What the header would be as a key (`readCustomName`), in lower case → key. */
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
    keys: new Map(pairs.map(([key, header]) => [plainKeyOf(header), key])),
    headers: new Map(pairs.map(([key, header]) => [key.toLowerCase(), header])),
  };
}

function plainKeyOf(header: string): string {
  const lower = header.toLowerCase();
  return lower.startsWith(PREFIX_LOWER) ? lower.slice(PREFIX_LOWER.length) : lower;
}

const PREFIX_LOWER = CUSTOM_PREFIX.toLowerCase();

/** Header names of the map that are data only by it. */
export function renamedDataHeaders({ headers }: Rename): string[] {
  return [...headers.values()].filter(header => !header.toLowerCase().startsWith(PREFIX_LOWER));
}

/** The names between two trunks: what the one calls it on the way in, the other on the way out; the policy for the rest. */
export function namesBetween(keys: KeyPolicy, from: Rename, to: Rename): KeyPolicy {
  if (from.keys.size === 0 && to.headers.size === 0) return keys;
  return new TrunksKeys(keys, from, to);
}

class TrunksKeys implements KeyPolicy {
  readonly isEmpty = false;
  readonly #keys: KeyPolicy;
  readonly #from: Rename;
  readonly #to: Rename;

  constructor(keys: KeyPolicy, from: Rename, to: Rename) {
    this.#keys = keys;
    this.#from = from;
    this.#to = to;
  }

  keyFromWire(key: string): string {
    return this.#from.keys.get(key.toLowerCase()) ?? this.#keys.keyFromWire(key);
  }

  headerNameOf(key: string): string | undefined {
    return this.#to.headers.get(key.toLowerCase()) ?? this.#keys.headerNameOf(key);
  }

  mayWrite(key: string, writer: Writer): boolean {
    return this.#keys.mayWrite(key, writer);
  }

  scopeOf(key: string): Scope | undefined {
    return this.#keys.scopeOf(key);
  }

  redacts(key: string, where: Redaction): boolean {
    return this.#keys.redacts(key, where);
  }

  redactsHeader(name: string): boolean {
    return this.#keys.redactsHeader(name);
  }
}

/** What is wrong with a map: names that are no custom headers, or one name for two keys. */
export function renameFault(names: Readonly<Record<string, string>>): string | undefined {
  const headers = new Set<string>();
  const keys = new Set<string>();
  for (const [key, header] of Object.entries(names)) {
    const lower = header.toLowerCase();
    if (!lower.startsWith('x-')) return `"${header}": expected an X- header`;
    if (lower === 'x-user-to-user') return `"${header}" is User-to-User: see profile.uuiHeader`;
    if (lower.startsWith('x-ms-') && !lower.startsWith(PREFIX_LOWER))
      return `"${header}": X-MS- names are Microsoft's own`;
    if (headers.has(lower)) return `"${header}" stands for two keys`;
    if (keys.has(key.toLowerCase())) return `"${key}" has two headers`;
    headers.add(lower);
    keys.add(key.toLowerCase());
  }
  return undefined;
}
