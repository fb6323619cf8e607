import { CUSTOM_PREFIX, isUserToUser, matchesPattern, UUI_KEY } from './custom-name.ts';
import type { Scope } from './entry.ts';

/** Who changes attached data: somebody on the call, or somebody who is not. */
export type Writer = 'party' | 'third-party';
/** Where values of a key are hidden. */
export type Redaction = 'log' | 'events';

/**
 * What is special about the keys that a pattern names (`*`: any characters, letter case does not count). All but `in` holds for
 * data keys, and for those that its own `in` makes too: `{key: Foo, in: Bar, write: []}` says that nobody writes `Bar`.
 */
export interface KeyRule {
  readonly key: string;
  /** Who may write it; both when absent, nobody when empty. */
  readonly write?: readonly Writer[];
  /** The data key that it becomes on the way in. A `*` stands for what the one in `key` matched. */
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
  /** The data key of one that came by SIP. The entry of User-to-User is `UUI` and is not asked about. */
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

/** A rule with its patterns in lower case. */
interface Compiled {
  readonly rule: KeyRule;
  readonly key: string;
  readonly in: string | undefined;
  readonly out: string | undefined;
  /** It does nothing but rename what comes: of data keys it says nothing. */
  readonly onlyRenames: boolean;
}

class RuledKeys implements KeyPolicy {
  readonly isEmpty = false;
  readonly #rules: readonly Compiled[];

  constructor(rules: readonly KeyRule[]) {
    this.#rules = rules.map(compiled);
  }

  mayWrite(key: string, writer: Writer): boolean {
    return this.#ruleOf(key)?.rule.write?.includes(writer) ?? true;
  }

  keyFromWire(key: string): string {
    const lower = key.toLowerCase();
    const found = this.#rules.find(rule => matchesPattern(lower, rule.key));
    return found?.rule.in === undefined ? key : filled(found.rule.in, starOf(key, found.key));
  }

  headerNameOf(key: string): string | undefined {
    const found = this.#ruleOf(key);
    if (found?.rule.out === undefined) return undefined;
    const byIn = found.in !== undefined && matchesPattern(key.toLowerCase(), found.in);
    return filled(found.rule.out, starOf(key, byIn ? found.in : found.key));
  }

  scopeOf(key: string): Scope | undefined {
    return this.#ruleOf(key)?.rule.scope;
  }

  redacts(key: string, where: Redaction): boolean {
    return this.#ruleOf(key)?.rule.redact?.includes(where) ?? false;
  }

  redactsHeader(name: string): boolean {
    const lower = name.toLowerCase();
    const carries = ({ out, rule }: Compiled): boolean =>
      out !== undefined && rule.redact?.includes('log') === true && matchesPattern(lower, out);
    // Some neighbours' own name for it.
    const isUui = isUserToUser(name) || lower === 'x-user-to-user';
    const key = isUui ? UUI_KEY : this.keyFromWire(wireKeyOf(name));
    return this.redacts(key, 'log') || this.#rules.some(carries);
  }

  /** Of a data key: the first that names it, or makes it. */
  #ruleOf(key: string): Compiled | undefined {
    const lower = key.toLowerCase();
    return this.#rules.find(
      rule =>
        !rule.onlyRenames &&
        (matchesPattern(lower, rule.key) || (rule.in !== undefined && matchesPattern(lower, rule.in))),
    );
  }
}

function compiled(rule: KeyRule): Compiled {
  const { key, in: inName, out, write, redact, scope } = rule;
  const says = [out, write, redact, scope].some(part => part !== undefined);
  return {
    rule,
    key: key.toLowerCase(),
    in: inName?.toLowerCase(),
    out: out?.toLowerCase(),
    onlyRenames: inName !== undefined && !says,
  };
}

/** The key that a header makes, whether a trunk names it as data or not. */
function wireKeyOf(name: string): string {
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
