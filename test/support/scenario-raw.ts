import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { misses } from './bound.ts';
import type { RawMessage } from './scenario-story.ts';
import { fillIn } from './words.ts';

export interface RawTarget {
  readonly address: string;
  readonly port: number;
}

/** Long enough for an answer on a busy machine; silence costs this much, once for all raw messages together. */
const patienceMs = 700;

/** `{nul}` and `{ff}` are octets that JSON texts do not carry well. */
function octets(lines: readonly string[], words: ReadonlyMap<string, string>): Buffer {
  const text = fillIn(lines.join('\r\n'), words).replaceAll('{nul}', '\0').replaceAll('{ff}', '\xff');
  return Buffer.from(text, 'latin1');
}

function images(message: RawMessage, target: RawTarget, local: RawTarget, at: number): Buffer[] {
  const host = (address: string) => (address.includes(':') ? `[${address}]` : address);
  return Array.from({ length: message.times }, (_, time) => {
    const id = `raw${at}x${time}x${local.port}`;
    const words = new Map([
      ['baton', `${host(target.address)}:${target.port}`],
      ['local', `${host(local.address)}:${local.port}`],
      ['branch', `z9hG4bK${id}`],
      ['call-id', `${id}@raw.invalid`],
    ]);
    return octets(message.lines, words);
  });
}

async function exchangeUdp(message: RawMessage, target: RawTarget, at: number): Promise<string[]> {
  const socket = createSocket(target.address.includes(':') ? 'udp6' : 'udp4');
  const answers: string[] = [];
  socket.on('message', bytes => answers.push(bytes.toString('latin1')));
  try {
    socket.bind(0, target.address);
    await once(socket, 'listening');
    const local = { address: target.address, port: socket.address().port };
    for (const image of images(message, target, local, at)) {
      await new Promise<void>(resolve => socket.send(image, target.port, target.address, () => resolve()));
    }
    await delay(patienceMs);
    return answers;
  } finally {
    socket.close();
  }
}

async function exchangeTcp(message: RawMessage, target: RawTarget, at: number): Promise<string[]> {
  const socket = connect(target.port, target.address);
  let received = '';
  socket.on('error', () => {});
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  try {
    await once(socket, 'connect');
    const local = { address: target.address, port: socket.localPort ?? 0 };
    for (const image of images(message, target, local, at)) socket.write(image);
    await delay(patienceMs);
    return received.split(/(?=SIP\/2\.0 \d{3} )/).filter(text => text !== '');
  } finally {
    socket.destroy();
  }
}

/** 100 Trying is no answer; a final one that comes again is the same. */
function finals(answers: readonly string[]): string[] {
  return [...new Set(answers.filter(answer => !answer.startsWith('SIP/2.0 1')))];
}

function failuresOf(message: RawMessage, answers: readonly string[]): string[] {
  const shown = answers.map(answer => answer.split('\r\n')[0] ?? '').join(', ');
  if (message.answer === 'silence') {
    return answers.length === 0 ? [] : [`${message.name}: answered ${shown}, silence was right`];
  }
  const fitting = answers.filter(answer => answer.startsWith(`SIP/2.0 ${message.answer} `));
  const wrong = misses(fitting.length, message.answers ?? message.times);
  if (wrong !== undefined)
    return [`${message.name}: answers with ${message.answer}: ${wrong} (got ${shown || 'nothing'})`];
  if (fitting.length < answers.length) return [`${message.name}: other answers, too: ${shown}`];
  return message.contains
    .filter(text => !fitting.every(answer => answer.toLowerCase().includes(text.toLowerCase())))
    .map(text => `${message.name}: no ${JSON.stringify(text)} in\n${fitting.join('\n')}`);
}

/** Sends what SIPp cannot, all at once, and tells what was not answered as it should be. */
export async function exchangeRaw(messages: readonly RawMessage[], target: RawTarget): Promise<string[]> {
  const failures = await Promise.all(
    messages.map(async (message, at) => {
      const exchange = message.transport === 'udp' ? exchangeUdp : exchangeTcp;
      return failuresOf(message, finals(await exchange(message, target, at)));
    }),
  );
  return failures.flat();
}
