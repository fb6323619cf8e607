import { CUSTOM_PREFIX, isUserToUser, matchesPattern, UUI_KEY } from './custom-name.ts';
import type { Scope } from './entry.ts';

/** Who changes attached data: somebody on the call, or somebody who is not. */
export type Writer = 'party' | 'third-party';
/** Where values of a key are hidden. */
export type Redaction = 'log' | 'events';

/**
 * What is special about the keys that a pattern names (`*`: any characters, letter case does not count). A rule with `in` is
 * about the names it gives too: `{key: Foo, in: Bar, write: []}` says that nobody writes `Bar`.
 */
export interface KeyRule {
  readonly key: string;
  /** Who may write it; both when absent, nobody when empty. */
  readonly write?: readonly Writer[];
  /** The key that it becomes on the way in. A `*` stands for what the one in `key` matched. */
  readonly in?: string;
  /** Name of the header that it leaves in: `X-MS-Custom-…`, `X-…` or `User-to-User`; `*` as in `in`. */
  readonly out?: string;
  readonly redact?: readonly Redaction[];
  /** Where it lives when an API's user does not say. */
  readonly scope?: Scope;
}

/** The rules as they are asked. Of each key the first rule that names it counts. */
export interface KeyPolicy {
  /** No rule at all: nobody needs to ask. */
  readonly isEmpty: boolean;
  /** Of the data key: after `keyFromWire`. */
  mayWrite(key: string, writer: Writer): boolean;
  /** The data key of one that came by SIP. Asked again with what it gave, it gives the same. */
  keyFromWire(key: string): string;
  /** Name of the header that a data key leaves in; undefined: as its scope says. It may be no token when the key is none. */
  headerNameOf(key: string): string | undefined;
  /** Scope of a data key that an API's user sets without naming one. */
  scopeOf(key: string): Scope | undefined;
  /** Of a data key. */
  redacts(key: string, where: Redaction): boolean;
  /** May a header of this name, on either side, carry a value that no log may show? */
  redactsHeader(name: string): boolean;
}

export const openKeyPolicy: KeyPolicy = {
  isEmpty: true,
  mayWrite: () => true,
  keyFromWire: key => key,
  headerNameOf: () => undefined,
  scopeOf: () => undefined,
  redacts: () => false,
  redactsHeader: () => false,
};

export function compileKeyPolicy(rules: readonly KeyRule[]): KeyPolicy {
  return rules.length === 0 ? openKeyPolicy : new RuledKeys(rules);
}

/** The rule of one key, and how it came to it. */
interface Ruling {
  readonly rule: KeyRule;
  /** The key has the name already that `in` gives. */
  readonly renamed: boolean;
  /** What `*` stands for. */
  readonly star: string;
}

class RuledKeys implements KeyPolicy {
  readonly isEmpty = false;
  readonly #rules: readonly KeyRule[];

  constructor(rules: readonly KeyRule[]) {
    this.#rules = rules;
  }

  mayWrite(key: string, writer: Writer): boolean {
    return this.#rulingOf(key)?.rule.write?.includes(writer) ?? true;
  }

  keyFromWire(key: string): string {
    const ruling = this.#rulingOf(key);
    if (ruling?.rule.in === undefined || ruling.renamed) return key;
    return filled(ruling.rule.in, ruling.star);
  }

  headerNameOf(key: string): string | undefined {
    const ruling = this.#rulingOf(key);
    return ruling?.rule.out === undefined ? undefined : filled(ruling.rule.out, ruling.star);
  }

  scopeOf(key: string): Scope | undefined {
    return this.#rulingOf(key)?.rule.scope;
  }

  redacts(key: string, where: Redaction): boolean {
    return this.#rulingOf(key)?.rule.redact?.includes(where) ?? false;
  }

  redactsHeader(name: string): boolean {
    const lower = name.toLowerCase();
    const carries = ({ out, redact }: KeyRule): boolean =>
      out !== undefined && redact?.includes('log') === true && matchesPattern(lower, out.toLowerCase());
    return this.redacts(this.keyFromWire(wireKeyOf(name)), 'log') || this.#rules.some(carries);
  }

  #rulingOf(key: string): Ruling | undefined {
    const lower = key.toLowerCase();
    for (const rule of this.#rules) {
      // Its own name first: `{key: 'id*', in: 'idCard*'}` leaves `idCard7` as it is.
      if (rule.in !== undefined && matchesPattern(lower, rule.in.toLowerCase()))
        return { rule, renamed: true, star: starOf(key, rule.in) };
      if (matchesPattern(lower, rule.key.toLowerCase()))
        return { rule, renamed: false, star: starOf(key, rule.key) };
    }
    return undefined;
  }
}

/** The key that a header makes, whether a trunk names it as data or not. */
function wireKeyOf(name: string): string {
  if (isUserToUser(name)) return UUI_KEY;
  const isPrefixed = name.toLowerCase().startsWith(CUSTOM_PREFIX.toLowerCase());
  return isPrefixed ? name.slice(CUSTOM_PREFIX.length) : name;
}

/** What the `*` of a pattern with one matched; the key is known to match. */
function starOf(key: string, pattern: string): string {
  const star = pattern.indexOf('*');
  if (star < 0) return '';
  return key.slice(star, key.length - (pattern.length - star - 1));
}

function filled(name: string, star: string): string {
  return name.replace('*', () => star);
}
