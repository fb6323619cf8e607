import { CUSTOM_PREFIX } from './custom-name.ts';
import type { AttachedData, Entry, UserDataPair } from './entry.ts';

/** The data as Azure Communication Services shows it in an incoming call: objects by header name. */
export interface CustomContext {
  /** By whole header name: `X-MS-Custom-CaseId`, `X-CaseId`. Of duplicates the first. */
  readonly sipHeaders: Readonly<Record<string, string>>;
  readonly voipHeaders: Readonly<Record<string, string>>;
  /** The raw value of User-to-User. */
  readonly userToUser?: string;
}

/** The T-Library view: every entry of every scope, in order, as `{key, type, value}`. */
export function userDataOf(data: AttachedData): UserDataPair[] {
  return data.map(pairOf);
}

/** The bare pair of an entry. */
export function pairOf(entry: UserDataPair): UserDataPair {
  const { key } = entry;
  switch (entry.type) {
    case 'string':
    case 'binary':
      return { key, type: entry.type, value: entry.value };
    case 'int':
      return { key, type: 'int', value: entry.value };
    case 'list':
      return { key, type: 'list', value: entry.value };
  }
}

/** The ACS view. Entries of scope `call` have no place in it. */
export function customContextOf(data: AttachedData): CustomContext {
  const sipHeaders = new Map<string, string>();
  const voipHeaders = new Map<string, string>();
  let userToUser: string | undefined;
  for (const entry of data) {
    if (entry.scope === 'sip') setFirst(sipHeaders, shownName(entry), entry);
    else if (entry.scope === 'voip') setFirst(voipHeaders, entry.key, entry);
    else if (entry.scope === 'uui') userToUser ??= valueText(entry);
  }
  return {
    sipHeaders: Object.fromEntries(sipHeaders),
    voipHeaders: Object.fromEntries(voipHeaders),
    ...(userToUser !== undefined && { userToUser }),
  };
}

/** A trunk's `X-` header by its own name, a custom header with the prefix in its usual spelling. */
function shownName({ key, headerName }: Entry): string {
  return headerName === key ? key : CUSTOM_PREFIX + key;
}

/** A value as one piece of text, as a header carries it: binary as base64, a list as JSON. */
export function valueText(pair: UserDataPair): string {
  switch (pair.type) {
    case 'string':
    case 'binary':
      return pair.value;
    case 'int':
      return String(pair.value);
    case 'list':
      return JSON.stringify(pair.value);
  }
}

function setFirst(headers: Map<string, string>, name: string, entry: Entry): void {
  if (!headers.has(name)) headers.set(name, valueText(entry));
}
