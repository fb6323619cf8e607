import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A key and a certificate that vouches for itself, in PEM. */
export interface Certified {
  readonly key: string;
  readonly certificate: string;
}

/** RFC 5280 §4.1: a certificate of P-256 for these names (IPv4 addresses too), which may also vouch for others. Valid today. */
export function selfSigned(commonName: string, names: readonly string[] = []): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))));
  const dayMs = 86_400_000;
  const validity = sequence(utcTime(Date.now() - dayMs), utcTime(Date.now() + dayMs));
  const signed = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions(names))),
  );
  const certificate = sequence(signed, ecdsaWithSha256, bits(sign('sha256', signed, privateKey)));
  return { key: pkcs8(privateKey), certificate: pem('CERTIFICATE', certificate) };
}

function extensions(names: readonly string[]): Buffer[] {
  const mayVouch = sequence(oid('551d13'), boolean(true), octets(sequence(boolean(true))));
  if (names.length === 0) return [mayVouch];
  const alternatives = names.map(name =>
    isIPv4(name) ? tlv(0x87, Buffer.from(name.split('.').map(Number))) : tlv(0x82, Buffer.from(name)),
  );
  return [mayVouch, sequence(oid('551d11'), octets(sequence(...alternatives)))];
}

// X.690 §8: tag, length, value.

function tlv(tag: number, ...values: readonly Buffer[]): Buffer {
  const value = Buffer.concat(values);
  const { length } = value;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), value]);
}

const sequence = (...values: readonly Buffer[]): Buffer => tlv(0x30, ...values);
const integer = (value: Buffer): Buffer => tlv(0x02, value);
const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 255 : 0]));
const octets = (value: Buffer): Buffer => tlv(0x04, value);
const bits = (value: Buffer): Buffer => tlv(0x03, Buffer.from([0]), value);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

function utcTime(ms: number): Buffer {
  return tlv(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
