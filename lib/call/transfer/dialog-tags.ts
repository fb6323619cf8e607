import { tagOf } from '../../engine/message/name-addr.ts';

/**
 * The tags of a leg's dialog (RFC 3261 §12), each '' until a message has told it. With the Call-ID they name the dialog to
 * others (Replaces).
 */
export interface DialogTags {
  readonly local: string;
  readonly remote: string;
}

export const noTags: DialogTags = { local: '', remote: '' };

/**
 * What From and To of any message of the peer say. We see neither the tag in our responses nor that in our INVITE before: of
 * a leg that we have dialled the first message is a response to our INVITE, and until it is answered each fork has a
 * tag of its own; of another leg the first is its INVITE, which has the tag of the peer only.
 */
export function tagsFrom(tags: DialogTags, from: string, to: string, dialled: boolean): DialogTags {
  const [fromTag, toTag] = [tagOf(from), tagOf(to)];
  if (!dialled) {
    const remote = tags.remote === '' ? fromTag : tags.remote;
    const local = fromTag === remote ? toTag : fromTag;
    return sameOr(tags, { remote, local: tags.local === '' ? local : tags.local });
  }
  const local = tags.local === '' ? fromTag : tags.local;
  // Of a request of the peer it is the other way round.
  return fromTag === local && toTag !== '' ? sameOr(tags, { local, remote: toTag }) : tags;
}

function sameOr(tags: DialogTags, next: DialogTags): DialogTags {
  return tags.local === next.local && tags.remote === next.remote ? tags : next;
}
