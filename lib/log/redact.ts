import type { Body, HeaderLine, Payload } from '../call/signal.ts';

const redacted = '[redacted]';

/** `userData` as an array of pairs keeps keys and types; every other shape keeps its keys. */
export function dataKeysOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pairWithoutValue);
  if (!isRecord(value)) return redacted;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isEmpty(inner) ? inner : dataKeysOnly(inner)]),
  );
}

/** A signal or an effect without what it carries for the parties: data headers lose their values, bodies but SDP their text. */
export function payloadKeysOnly(thing: unknown): unknown {
  if (!isRecord(thing)) return thing;
  const shown: Record<string, unknown> = { ...thing };
  if (isPayload(thing['payload'])) shown['payload'] = withoutData(thing['payload']);
  if (isPayload(thing['request'])) shown['request'] = withoutData(thing['request']);
  return shown;
}

function withoutData(payload: Payload): Payload {
  const headers = payload.headers.map(line =>
    isDataHeader(line.name) ? { name: line.name, value: redacted } : line,
  );
  return payload.body === undefined
    ? { ...payload, headers }
    : { ...payload, headers, body: withoutText(payload.body) };
}

function withoutText(body: Body): Body {
  return body.contentType.startsWith('application/sdp') ? body : { ...body, content: redacted };
}

function isDataHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith('x-') || lower === 'user-to-user';
}

function pairWithoutValue(pair: unknown): unknown {
  return isRecord(pair) && 'value' in pair ? { ...pair, value: redacted } : dataKeysOnly(pair);
}

function isPayload(value: unknown): value is Payload {
  return isRecord(value) && Array.isArray(value['headers']) && value['headers'].every(isHeaderLine);
}

function isHeaderLine(value: unknown): value is HeaderLine {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['value'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
