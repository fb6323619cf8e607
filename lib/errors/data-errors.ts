import type { ErrorEntry } from '../errors.ts';

/** What can be wrong with attached data: as an entry, on its way to a leg, or as a wish of an API's user. */
export const dataErrors = {
  'packed-limit': {
    meaning: 'The entry would make the attached data larger than attachedData.packedLimitBytes.',
    httpStatus: 413,
    blame: 'caller',
  },
  'control-character': {
    meaning: 'CR, LF or NUL in data that goes to a header.',
    httpStatus: 422,
    blame: 'caller',
  },
  'bad-key': {
    meaning:
      'The key is empty, far too long, a name of Object.prototype, or cannot be part of a header name.',
    httpStatus: 422,
    blame: 'caller',
  },
  'too-deep': {
    meaning: 'A JSON value is nested deeper than Baton follows.',
    httpStatus: 422,
    blame: 'caller',
  },
  'voip-limit': {
    meaning: 'More than 1,000 VoIP headers, or one with a key over 64 or a value over 1,024 characters.',
    httpStatus: 422,
    blame: 'caller',
  },
  'acs-count': {
    meaning: 'Not sent to a leg with the ACS limits: more than 5 custom headers.',
    blame: 'operator',
  },
  'acs-key-length': {
    meaning: 'Not sent to a leg with the ACS limits: the header name is longer than 64 characters.',
    blame: 'operator',
  },
  'acs-value-length': {
    meaning: 'Not sent to a leg with the ACS limits: the value is longer than 256 characters.',
    blame: 'operator',
  },
  'acs-charset': {
    meaning: 'Not sent to a leg with the ACS limits: a character outside their set.',
    blame: 'operator',
  },
  'duplicate-header': {
    meaning: 'A data header repeated in one message: the first counts.',
    blame: 'caller',
  },
  'not-writable': {
    meaning:
      'By attachedData.keys its sender may not write the key: the pair is left out, its header does not cross.',
    blame: 'operator',
  },
  'key-forbidden': {
    meaning: 'By attachedData.keys the requester may not write the key, nor delete it; `path` points to it.',
    httpStatus: 403,
    blame: 'caller',
  },
  'not-converted': {
    meaning:
      "Relayed as it came: the value cannot be read, or has no place in the form that the trunk's profile asks for.",
    blame: 'caller',
  },
  'uui-several': {
    meaning:
      'Not sent: several User-to-User values of the ISDN package, of which none may be taken (RFC 7434 §8).',
    blame: 'caller',
  },
  'uui-too-long': {
    meaning: "Not sent: User-to-User is longer than the trunk's profile allows.",
    blame: 'operator',
  },
  'reserved-header': {
    meaning: "Not sent: the trunk's profile reserves header names that begin so for the neighbour.",
    blame: 'operator',
  },
  'embedded-forbidden': {
    meaning:
      'Left out: a header embedded in Refer-To that a URI may not bring into an INVITE (RFC 3261 §19.1.5).',
    blame: 'caller',
  },
} as const satisfies Record<string, ErrorEntry>;
