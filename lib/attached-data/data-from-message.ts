import { isNamed } from '../call/header-lines.ts';
import type { Body, Payload } from '../call/signal.ts';
import { customEntriesFromHeaders } from './custom-headers.ts';
import { isUserToUser, UUI_KEY } from './custom-name.ts';
import type { Drop, Entry, Operation, Origin } from './entry.ts';
import { unfold } from './header-text.ts';
import { type KeyPolicy, openKeyPolicy } from './key-policy.ts';
import { userDataFromForm, userDataFromJson } from './user-data-body.ts';
import { isIsdn, parseUserToUser } from './user-to-user.ts';
import { otherPackages } from './uui-rules.ts';

/** Which attached data a SIP message brings, and what of it is left to relay. */

export interface DataMessage extends Payload {
  /** Of the request, or of the request that a response answers. */
  readonly method: string;
  /** Of a response; absent for a request. */
  readonly status?: number;
  readonly inDialog: boolean;
  /** The trunk's patterns of further `X-` headers that are data. */
  readonly dataHeaders: readonly string[];
  /** What its sender may write, and under which names. Absent: anything, as it came. */
  readonly keys?: KeyPolicy;
  /** The same for what comes in headers, where the trunk has names of its own; absent: `keys`. */
  readonly headerKeys?: KeyPolicy;
  /** The leg that sent it, and when. */
  readonly from: Origin;
}

export interface MessageData {
  /** To be applied in this order, as one change (`applyAll`). Empty: the message changes nothing. */
  readonly operations: readonly Operation[];
  readonly dropped: readonly Drop[];
  /** Data and nothing else: answered 200 and not relayed. INFO only. */
  readonly dataOnly: boolean;
  /** An event of another Baton: answered 200, neither applied nor relayed, so that two of them cannot ping-pong. */
  readonly isBatonEvent: boolean;
  /** There is a body, and it is not ours: it goes on unchanged. */
  readonly relayBody: boolean;
}

const BATON_EVENT = 'application/vnd.baton.event+json';

/**
 * Reads data from INVITE, its 101 to 199 and 2xx, re-INVITE, UPDATE, INFO and REFER. Other messages bring none, and neither do the
 * responses within a dialog (our choice: a peer that repeats old headers there would undo the change it answers).
 */
export function dataFromMessage(message: DataMessage): MessageData {
  const body = message.body?.content === '' ? undefined : message.body;
  const relayed: MessageData = NOTHING[body === undefined ? 'withoutBody' : 'withBody'];
  if (!bringsData(message)) return relayed;
  const { operations: fromHeaders, dropped: left, brought: any } = dataFromHeaders(message);
  if (message.method !== 'INFO') return { ...relayed, operations: fromHeaders, dropped: left };
  const type = body === undefined ? '' : mediaType(body);
  if (type === BATON_EVENT) return { ...NOTHING.withoutBody, isBatonEvent: true };
  const change = body === undefined ? undefined : dataFromBody(body, type, message);
  const operations = change === undefined ? fromHeaders : [...fromHeaders, ...change.operations];
  const dropped = change === undefined ? left : [...left, ...change.dropped];
  const relayBody = body !== undefined && change === undefined;
  const dataOnly = (change !== undefined || any) && !relayBody;
  return { operations, dropped, dataOnly, isBatonEvent: false, relayBody };
}

const EMPTY = { operations: [], dropped: [], dataOnly: false, isBatonEvent: false };
const NOTHING = {
  withBody: { ...EMPTY, relayBody: true },
  withoutBody: { ...EMPTY, relayBody: false },
} as const satisfies Record<string, MessageData>;

/** Does a message of this kind bring data at all? */
export function bringsData({
  method,
  status,
  inDialog,
}: Pick<DataMessage, 'method' | 'status' | 'inDialog'>): boolean {
  if (status === undefined)
    return method === 'INVITE' || method === 'UPDATE' || method === 'INFO' || method === 'REFER';
  return method === 'INVITE' && !inDialog && status > 100 && status < 300;
}

type Read = Pick<MessageData, 'operations' | 'dropped'>;

/** Changes from the wire are updates. An empty value deletes, but on the initial INVITE there is nothing to delete: it is a value. */
function dataFromHeaders(message: DataMessage): Read & { readonly brought: boolean } {
  const { dataHeaders, keys = openKeyPolicy, headerKeys = keys } = message;
  const custom = customEntriesFromHeaders(message.headers, { dataHeaders, keys: headerKeys }, message.from);
  const uui = uuiEntry(message);
  const all = uui === undefined ? custom.entries : [...custom.entries, uui];
  const { entries, dropped } = writable(all, message.keys);
  const isInitial = message.method === 'INVITE' && message.status === undefined && !message.inDialog;
  const operations: Operation[] = [];
  const values = isInitial ? entries : entries.filter(entry => entry.value !== '');
  if (values.length > 0) operations.push({ operation: 'update', entries: values });
  if (values.length < entries.length) {
    for (const scope of ['sip', 'uui'] as const) {
      const keys = entries
        .filter(entry => entry.value === '' && entry.scope === scope)
        .map(entry => entry.key);
      if (keys.length > 0) operations.push({ operation: 'delete', keys, scope });
    }
  }
  return { operations, dropped: [...custom.dropped, ...dropped], brought: all.length > 0 };
}

/** What a party may write of these. */
function writable(
  all: readonly Entry[],
  keys: KeyPolicy = openKeyPolicy,
): { readonly entries: readonly Entry[]; readonly dropped: readonly Drop[] } {
  if (keys.isEmpty) return { entries: all, dropped: [] };
  const entries = all.filter(({ key }) => keys.mayWrite(key, 'party'));
  const dropped = all
    .filter(entry => !entries.includes(entry))
    .map(({ key }): Drop => ({ key, code: 'not-writable' }));
  return { entries, dropped };
}

/**
 * One entry for all User-to-User lines of a message, with the values as they were written: several lines are a list (RFC 3261
 * §7.3.1), and a value is replaced, never appended. It is kept raw even when we cannot read it. RFC 7434 §8: of several
 * values of the ISDN package all are discarded, those of other packages stay.
 */
function uuiEntry(message: DataMessage): Entry | undefined {
  const lines = message.headers.filter(header => isUserToUser(header.name));
  const [first] = lines;
  if (first === undefined) return undefined;
  const values = lines.map(line => unfold(line.value));
  const parsed = parseUserToUser(values);
  const discard = parsed.syntax === 'valid' && parsed.values.filter(isIsdn).length > 1;
  const kept = discard ? values.map(otherPackages).filter(value => value !== '') : values;
  if (kept.length === 0) return undefined;
  const value = kept.join(', ');
  return { key: UUI_KEY, type: 'string', value, scope: 'uui', from: message.from, headerName: first.name };
}

function dataFromBody(body: Body, type: string, { from, keys }: DataMessage): Read | undefined {
  // RFC 8259 §8.1: JSON is UTF-8; what is no text is no form either.
  if (isEncoded(body) || body.octets === true) return undefined;
  if (type === 'application/json') return userDataFromJson(body.content, from, keys);
  return type === 'application/x-www-form-urlencoded'
    ? userDataFromForm(body.content, from, keys)
    : undefined;
}

function mediaType({ contentType }: Body): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** A compressed body cannot be read here. */
function isEncoded({ more = [] }: Body): boolean {
  return more.some(
    line => isNamed(line, 'content-encoding') && line.value.trim().toLowerCase() !== 'identity',
  );
}
