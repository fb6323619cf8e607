import { parseParams } from '../../engine/message/params.ts';
import { isToken } from '../../engine/message/token.ts';
import type { DialogTags } from './dialog-tags.ts';
import { isNamed } from '../header-lines.ts';
import type { HeaderLine } from '../signal.ts';

/** A dialog that an INVITE takes the place of (RFC 3891 §6.1), named as the one sees it who gets that INVITE. */
export interface Replaces {
  readonly callId: string;
  /** The tag of the one who gets the INVITE. */
  readonly toTag: string;
  /** The tag of the one who is to be replaced. */
  readonly fromTag: string;
  /** Only while it has not been answered. */
  readonly earlyOnly: boolean;
}

/** A dialog as its leg knows it. */
export interface NamedDialog {
  readonly callId: string;
  readonly tags: DialogTags;
}

/**
 * From whose point of view a Replaces names a leg's dialog. `ours`: it is meant for us, and the leg's peer is to be
 * replaced. `peers`: it is meant for the leg's peer, who talks to us and means who is behind us.
 */
export type View = 'ours' | 'peers';

/** What may stand in a Call-ID (RFC 3261 §25.1, `word`), with its `@`. */
const callIdPattern = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;

/** RFC 3891 §6.1: one Call-ID, exactly one to-tag and one from-tag, perhaps early-only. Undefined: it is none. */
export function parseReplaces(value: string): Replaces | undefined {
  const end = value.indexOf(';');
  if (end < 0) return undefined;
  const callId = value.slice(0, end).trim();
  const params = parseParams(value.slice(end));
  const [toTag, ...moreTo] = valuesOf('to-tag');
  const [fromTag, ...moreFrom] = valuesOf('from-tag');
  const isBroken = moreTo.length + moreFrom.length > 0 || !callIdPattern.test(callId);
  // A comma would begin a second one.
  if (
    isBroken ||
    value.includes(',') ||
    toTag === undefined ||
    fromTag === undefined ||
    !isToken(toTag) ||
    !isToken(fromTag)
  )
    return undefined;
  return { callId, toTag, fromTag, earlyOnly: valuesOf('early-only').length > 0 };

  function valuesOf(name: string): string[] {
    return params.filter(param => param.name.toLowerCase() === name).map(param => param.value);
  }
}

/** The value of the header; `embedHeaders` escapes it within a URI. */
export function serializeReplaces({ callId, toTag, fromTag, earlyOnly }: Replaces): string {
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;
}

/** The dialog of a leg as its peer would name it to somebody else who shall take our place there. */
export function replacesForPeer({ callId, tags }: NamedDialog, earlyOnly: boolean): Replaces {
  return { callId, toTag: tags.remote, fromTag: tags.local, earlyOnly };
}

/**
 * RFC 3891 §3: to-tag against the local tag, from-tag against the remote one. Undefined: it is another dialog. Our tag in
 * a response to an INVITE we see only with its ACK; until then who knows the others is taken to know it.
 */
export function viewOf({ callId, toTag, fromTag }: Replaces, dialog: NamedDialog): View | undefined {
  const { local, remote } = dialog.tags;
  if (callId !== dialog.callId || remote === '') return undefined;
  if (remote === fromTag && (local === toTag || local === '')) return 'ours';
  return remote === toTag && local !== '' && local === fromTag ? 'peers' : undefined;
}

/**
 * What the header lines of an INVITE say. RFC 3891 §3: several Replaces, or one beside Join, are an error; so is one that
 * cannot be read.
 */
export function replacesOf(headers: readonly HeaderLine[]): Replaces | 'none' | 'broken' {
  let found: Replaces | 'none' | 'broken' = 'none';
  let joins = false;
  for (const line of headers) {
    if (isNamed(line, 'join')) joins = true;
    if (!isNamed(line, 'replaces')) continue;
    if (found !== 'none') return 'broken';
    found = parseReplaces(line.value) ?? 'broken';
  }
  return joins && found !== 'none' ? 'broken' : found;
}
