import type { LegId } from '../call/signal.ts';

/** Where an entry lives on the wire. `sip` is `X-MS-Custom-<key>` (or a trunk's further `X-` header, whose key is the whole name), `uui` is User-to-User. */
export type Scope = 'sip' | 'uui' | 'voip' | 'call';

export type EntryValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int'; readonly value: number }
  /** Base64 in JSON. */
  | { readonly type: 'binary'; readonly value: string }
  | { readonly type: 'list'; readonly value: readonly UserDataPair[] };

/** One pair as T-Library and our JSON show it. */
export type UserDataPair = { readonly key: string } & EntryValue;

/** Who brought an entry: a leg of the call, or a party named by its DN (an API's user). */
export type Origin =
  | { readonly leg: LegId; readonly atMs: number }
  | { readonly party: string; readonly atMs: number };

export type Entry = UserDataPair & {
  readonly scope: Scope;
  readonly from: Origin;
  /** The header name as it came, for verbatim relay. Absent when it did not come as a header. */
  readonly headerName?: string;
};

/** An entry as an API's user asks for it: who brings it is known by the request. */
export type WantedEntry = UserDataPair & { readonly scope: Scope };

/** One request of an API's user. `delete` takes the keys wherever they live. */
export type WantedOperation =
  | { readonly operation: 'attach' | 'update'; readonly entries: readonly WantedEntry[] }
  | { readonly operation: 'delete'; readonly keys: readonly string[] }
  | { readonly operation: 'delete-all' };

/** The ordered entries of one call; immutable. Duplicate keys come from *attach* only. */
export type AttachedData = readonly Entry[];

/** One wish of the wire or of an API. `delete` names keys, compared case-insensitively where they came from a header. */
export type Operation =
  | { readonly operation: 'attach'; readonly entries: readonly Entry[] }
  | { readonly operation: 'update'; readonly entries: readonly Entry[] }
  | { readonly operation: 'delete'; readonly keys: readonly string[]; readonly scope?: Scope }
  | { readonly operation: 'delete-all' };

/** Why an entry was not taken or not sent; each is a counter. */
export type DropCode =
  | 'packed-limit'
  /** CR, LF or NUL on its way to a header. */
  | 'control-character'
  /** Empty, far too long, a name of Object.prototype, or no token where it would become a header name. */
  | 'bad-key'
  /** A JSON value nested deeper than we follow. */
  | 'too-deep'
  /** More VoIP headers, or longer ones, than Azure Communication Services takes. */
  | 'voip-limit'
  | 'acs-count'
  | 'acs-key-length'
  | 'acs-value-length'
  | 'acs-charset'
  | 'duplicate-header'
  /** `attachedData.keys` does not let its sender write it. */
  | 'not-writable'
  /** Relayed as it came: it cannot be read, or has no place in the form that the trunk's profile asks for. */
  | 'not-converted'
  /** Several values of the ISDN package, of which none may be taken. */
  | 'uui-several'
  /** User-to-User longer than the trunk's profile allows. */
  | 'uui-too-long'
  /** A header name that the trunk's profile reserves for the neighbour. */
  | 'reserved-header'
  /** A header that a URI may not bring into the INVITE it leads to. */
  | 'embedded-forbidden';

export interface Drop {
  readonly key: string;
  readonly code: DropCode;
}
