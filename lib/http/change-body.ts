import { readCustomName, UUI_KEY } from '../attached-data/custom-name.ts';
import type {
  EntryValue,
  Scope,
  UserDataPair,
  WantedEntry,
  WantedOperation,
} from '../attached-data/entry.ts';
import { type KeyPolicy, openKeyPolicy } from '../attached-data/key-policy.ts';
import { packedBytes } from '../attached-data/packed-size.ts';
import { isFitDepth, isFitKey, valueOf } from '../attached-data/user-data-body.ts';
import type { ErrorCode } from '../errors.ts';
import { jsonPointer } from './json-pointer.ts';
import { type ChangeBody, valueTypes } from './schemas.ts';

/** What a body asks for, with the place in the body that each entry came from. */
export interface WantedChange {
  readonly operation: WantedOperation;
  /** JSON pointers, one for each entry of the operation, or for each of its keys; to `operation` when it has neither. */
  readonly paths: readonly string[];
}

/** Something in a body that its schema lets through and Baton does not. */
export class BodyFault extends Error {
  readonly code: ErrorCode;
  readonly path: string;

  constructor(code: ErrorCode, path: string, detail: string) {
    super(detail);
    this.name = 'BodyFault';
    this.code = code;
    this.path = path;
  }
}

/** Throws BodyFault. A pair without scope goes where `keys` says, else to scope `call`. */
export function readChange(body: ChangeBody, keys: KeyPolicy = openKeyPolicy): WantedChange {
  const { operation } = body;
  switch (operation) {
    case 'attach':
    case 'update': {
      refuseFilled(body, 'keys');
      if (body.userData === undefined && body.customContext === undefined)
        throw new BodyFault('unprocessable', '/userData', `${operation} needs userData or customContext`);
      const collected = new Entries(keys);
      collected.addPairs(body.userData ?? []);
      collected.addContext(body.customContext ?? {});
      return { operation: { operation, entries: collected.entries }, paths: collected.paths };
    }
    case 'delete': {
      refuseFilled(body, 'userData', 'customContext');
      if (body.keys === undefined) throw new BodyFault('unprocessable', '/keys', 'delete needs keys');
      return {
        operation: { operation, keys: body.keys },
        paths: body.keys.map((_key, at) => jsonPointer('keys', at)),
      };
    }
    case 'delete-all':
      refuseFilled(body, 'keys', 'userData', 'customContext');
      return { operation: { operation }, paths: [jsonPointer('operation')] };
    default:
      return operation satisfies never;
  }
}

/** The data that comes along with something else. The same reading, and throwing. */
export function readStartData(
  { userData, customContext }: Pick<ChangeBody, 'userData' | 'customContext'>,
  keys: KeyPolicy,
): { readonly entries: readonly WantedEntry[]; readonly paths: readonly string[] } {
  if (userData === undefined && customContext === undefined) return { entries: [], paths: [] };
  const data = { ...(userData && { userData }), ...(customContext && { customContext }) };
  const { operation, paths } = readChange({ operation: 'attach', thirdPartyDn: '', ...data }, keys);
  return { entries: 'entries' in operation ? operation.entries : [], paths };
}

/** Pairs that say why, `member` of their body. Throws BodyFault. */
export function readReasons(
  pairs: readonly { readonly key: string; readonly type?: string; readonly value: unknown }[],
  member = 'reasons',
): readonly UserDataPair[] {
  const reasons = pairs.map(({ key, type, value }, at): UserDataPair => {
    const path = jsonPointer(member, at);
    if (!isFitKey(key)) throw new BodyFault('bad-key', `${path}/key`, 'no key');
    return { key, ...readValue(value, type, `${path}/value`) };
  });
  if (packedBytes(reasons) > maxReasonsBytes)
    throw new BodyFault('unprocessable', jsonPointer(member), `more than ${maxReasonsBytes} octets, packed`);
  return reasons;
}

/** They stand in every answer about an agent. */
const maxReasonsBytes = 4_096;

/** What the operation has no use for may be there, but empty. */
function refuseFilled(body: ChangeBody, ...members: readonly ('keys' | 'userData' | 'customContext')[]) {
  for (const member of members) {
    if (Object.keys(body[member] ?? {}).length === 0) continue;
    throw new BodyFault('unprocessable', jsonPointer(member), `not with ${body.operation}`);
  }
}

class Entries {
  readonly entries: WantedEntry[] = [];
  readonly paths: string[] = [];
  readonly #keys: KeyPolicy;

  constructor(keys: KeyPolicy) {
    this.#keys = keys;
  }

  addPairs(pairs: NonNullable<ChangeBody['userData']>): void {
    for (const [at, { key, type, value, scope }] of pairs.entries()) {
      const path = jsonPointer('userData', at);
      const place = scope ?? this.#keys.scopeOf(key) ?? 'call';
      this.#add(key, readValue(value, type, `${path}/value`), place, path, `${path}/key`);
    }
  }

  addContext({ sipHeaders = {}, voipHeaders = {}, userToUser }: NonNullable<ChangeBody['customContext']>) {
    for (const [name, value] of Object.entries(sipHeaders)) {
      const path = jsonPointer('customContext', 'sipHeaders', name);
      const text = { type: 'string', value } as const;
      if (isUui(name)) this.#add(UUI_KEY, text, 'uui', path);
      else this.#add(keyOfHeader(name, path), text, 'sip', path);
    }
    for (const [name, value] of Object.entries(voipHeaders)) {
      this.#add(name, { type: 'string', value }, 'voip', jsonPointer('customContext', 'voipHeaders', name));
    }
    if (userToUser !== undefined)
      this.#add(UUI_KEY, { type: 'string', value: userToUser }, 'uui', '/customContext/userToUser');
  }

  #add(key: string, value: EntryValue, scope: Scope, path: string, keyPath = path): void {
    if (!isFitKey(key)) throw new BodyFault('bad-key', keyPath, 'no key');
    this.entries.push({ key, ...value, scope });
    this.paths.push(path);
  }
}

/** Azure Communication Services shows it as `userToUser` beside the headers of a call that comes in. */
function isUui(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'usertouser' || lower === 'user-to-user';
}

/** ACS form: the prefix may be left out. Other `X-MS-` names are Microsoft's own. */
function keyOfHeader(name: string, path: string): string {
  const read = readCustomName(name, []);
  if (read.kind === 'reserved') throw new BodyFault('bad-key', path, 'reserved by Microsoft');
  return read.kind === 'custom' ? read.key : name;
}

/** The value as a body of SIP would give it, but what would be left out or retyped there is refused here. */
function readValue(value: unknown, type: string | undefined, path: string): EntryValue {
  if (!isFitDepth(value)) throw new BodyFault('too-deep', path, 'nested too deep');
  checkValue(value, type, path);
  const typed = valueOf(value, type);
  if (type !== undefined && typed.type !== type)
    throw new BodyFault('unprocessable', path, `no value of type ${type}`);
  return typed;
}

function checkValue(value: unknown, type: unknown, path: string): void {
  if (value === null || value === undefined)
    throw new BodyFault('unprocessable', path, 'no value: delete takes keys');
  if (typeof value === 'number' && !isExact(value))
    throw new BodyFault('unprocessable', path, 'a number that cannot be kept exactly: send it as a string');
  if (Array.isArray(value)) {
    for (const [at, inner] of (value as unknown[]).entries())
      if (type === 'list') checkPair(inner, `${path}/${at}`);
      else checkNumbers(inner, `${path}/${at}`);
  } else if (typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) {
      checkKey(key, path + jsonPointer(key));
      checkValue(inner, undefined, path + jsonPointer(key));
    }
  }
}

/** RFC 8259 §6: a reader keeps integers within 2^53 and no number above 1e308. Beyond it the value would silently be another. */
function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number));
}

/** An array that is no list becomes text; only its numbers can be wrong. */
function checkNumbers(value: unknown, path: string): void {
  if (typeof value === 'number' && !isExact(value)) checkValue(value, undefined, path);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) checkNumbers(inner, path + jsonPointer(name));
}

const pairMembers: ReadonlySet<string> = new Set(['key', 'type', 'value']);

function checkPair(pair: unknown, path: string): void {
  if (typeof pair !== 'object' || pair === null || Array.isArray(pair))
    throw new BodyFault('unprocessable', path, 'no pair of key and value');
  for (const member of Object.keys(pair))
    if (!pairMembers.has(member))
      throw new BodyFault('unprocessable', path + jsonPointer(member), 'unknown member');
  const { key, type, value } = pair as { key?: unknown; type?: string; value?: unknown };
  checkKey(key, `${path}/key`);
  if (type !== undefined && !valueTypes.some(known => known === type))
    throw new BodyFault('unprocessable', `${path}/type`, 'unknown type');
  readValue(value, type, `${path}/value`);
}

function checkKey(key: unknown, path: string): void {
  if (typeof key !== 'string' || !isFitKey(key)) throw new BodyFault('bad-key', path, 'no key');
}
