import type { ByteString } from '../message/bytes.ts';
import { decodeField } from './field.ts';
import type { SendOrder } from './owner.ts';

/** One frame of a client, read (control protocol §2.3, §3, §7). `id` is the request id that the reply repeats. */
export type Order =
  /** `tags` is undefined when one of them is not allowed. */
  | {
      readonly verb: 'authenticate';
      readonly id: string;
      readonly secret: ByteString;
      readonly tags: readonly string[] | undefined;
    }
  /** `method` in lower case, or `cdr:attempt`, `cdr:start`, `cdr:stop`. */
  | { readonly verb: 'route' | 'remove_route'; readonly id: string; readonly method: string }
  | { readonly verb: 'sip'; readonly id: string; readonly order: SendOrder }
  | { readonly verb: 'ping' | 'proxy'; readonly id: string }
  /** A known verb with a field that cannot be accepted. */
  | { readonly verb: 'invalid'; readonly id: string; readonly reason: string }
  | { readonly verb: 'unknown'; readonly id: string }
  /** There is no request id, so there is nothing to answer. */
  | { readonly verb: 'unreadable' };

const maxTags = 20;
const maxTagLength = 32;
/** `instance:` and a UUID are 45 characters; drachtio-srf lets them pass as an option of `connect`. */
const maxInstanceTagLength = 64;
const tagPattern = /^[A-Za-z0-9\-_+@:]+$/;
const maxIdLength = 64;
const idPattern = /^[\x21-\x7e]+$/;
const methodPattern = /^[A-Za-z]{1,20}$/;
const cdrPattern = /^cdr:(?:attempt|start|stop)$/;

/** The tag by which a client is recognised when it comes back. */
export const instanceTagPrefix = 'instance:';

/** Reads the payload of one frame. Never throws. */
export function parseOrder(payload: ByteString): Order {
  const id = requestIdOf(payload);
  if (id === undefined) return { verb: 'unreadable' };
  const lineEnd = payload.indexOf('\r');
  const line = lineEnd < 0 ? payload : payload.slice(0, lineEnd);
  if (line.includes('\n')) return { verb: 'invalid', id, reason: 'a line must end with CR LF' };
  const fields = line.split('|');
  switch (fields[1]) {
    case 'sip':
      return parseSip(id, fields, lineEnd < 0 ? '' : payload.slice(lineEnd + 2));
    case 'authenticate':
      return { verb: 'authenticate', id, secret: fields[2] ?? '', tags: parseTags(fields[3] ?? '') };
    case 'route':
    case 'remove_route':
      return parseRoute(fields[1], id, fields[2] ?? '');
    case 'ping':
    case 'proxy':
      return { verb: fields[1], id };
    default:
      return { verb: 'unknown', id };
  }
}

/** The first field of a payload, or of its beginning; undefined when it cannot be repeated in a reply. */
export function requestIdOf(head: ByteString): string | undefined {
  const end = head.indexOf('|');
  if (end <= 0 || end > maxIdLength) return undefined;
  const id = head.slice(0, end);
  return idPattern.test(id) ? id : undefined;
}

// §7: `<id>|sip|<transactionId>|<dialogId>[|<routeUrl>]`, then the SIP text.
function parseSip(id: string, fields: readonly string[], text: ByteString): Order {
  if (fields.length < 4)
    return { verb: 'invalid', id, reason: 'transaction id and dialog id fields are missing' };
  if (fields.length > 5) return { verb: 'invalid', id, reason: 'too many fields' };
  if (text === '') return { verb: 'invalid', id, reason: 'SIP message is missing' };
  const order = { transactionId: fields[2] ?? '', dialogId: decodeField(fields[3] ?? ''), text };
  const routeUrl = fields[4] ?? '';
  return { verb: 'sip', id, order: routeUrl === '' ? order : { ...order, routeUrl } };
}

// §2.3: 0 to 20 tags of up to 32 characters; an empty list is an empty field.
function parseTags(field: string): readonly string[] | undefined {
  if (field === '') return [];
  const tags = field.split(',');
  return tags.length <= maxTags && tags.every(isTag) ? tags : undefined;
}

function isTag(tag: string): boolean {
  const maxLength = tag.startsWith(instanceTagPrefix) ? maxInstanceTagLength : maxTagLength;
  return tag.length <= maxLength && tagPattern.test(tag);
}

// §3: methods are registered in lower case, though SIP's are case-sensitive (RFC 3261 §7.1).
function parseRoute(verb: 'route' | 'remove_route', id: string, method: string): Order {
  if (methodPattern.test(method)) return { verb, id, method: method.toLowerCase() };
  if (cdrPattern.test(method)) return { verb, id, method };
  return { verb: 'invalid', id, reason: 'not a method' };
}
