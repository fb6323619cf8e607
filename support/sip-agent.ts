import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Bell } from './bell.ts';
import { SipText } from './sip-text.ts';

export interface MessageContent {
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** Default application/sdp. */
  readonly contentType?: string;
}

/** A SIP user agent over UDP on loopback, to be told from others by its address, that does only what a test says. Retransmissions are left out of what it shows. */
export class SipAgent {
  readonly name: string;
  /** Called for each request as it comes, once; true: taken, nobody will expect it. */
  onRequest: (request: SipText) => boolean = () => false;
  readonly #socket: Socket;
  readonly #seen = new Set<string>();
  readonly #received: SipText[] = [];
  readonly #bell = new Bell();
  /** How often each text came. */
  readonly #copies = new Map<string, number>();

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    socket.on('message', (bytes, { port }) => {
      if (bytes.length > 4) this.#receive(new SipText(bytes.toString(), port));
    });
  }

  /** `address`: of 127.0.0.0/8. What it sends goes to 127.0.0.1. */
  static async open(name: string, address = '127.0.0.1'): Promise<SipAgent> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new SipAgent(name, socket);
  }

  async close(): Promise<void> {
    await new Promise<void>(resolve => this.#socket.close(() => resolve()));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get address(): string {
    return this.#socket.address().address;
  }

  get uri(): string {
    return `sip:${this.name}@${this.address}:${this.port}`;
  }

  /** What came and was not taken, by start line. */
  get untaken(): readonly string[] {
    return this.#received.map(({ start }) => start);
  }

  /** How often that message came, retransmissions included. */
  copiesOf(message: SipText): number {
    return this.#copies.get(message.raw) ?? 0;
  }

  /** Waits for a message and takes it: `INVITE` a request, `200 INVITE` a response to one. */
  async expect(what: string): Promise<SipText> {
    const [first = '', second] = what.split(' ');
    const isIt = (message: SipText): boolean =>
      second === undefined
        ? message.status === 0 && message.method === first
        : message.status === Number(first) && message.method === second;
    const found = await this.#bell.first(
      () => this.#received.find(isIt),
      () => `${this.name} got no ${what}; got: ${this.untaken.join(', ') || 'nothing'}`,
    );
    this.#received.splice(this.#received.indexOf(found), 1);
    return found;
  }

  send(text: string, port: number): void {
    this.#socket.send(text, port, '127.0.0.1');
  }

  /** Sends a request outside a dialog; returns its text. */
  request(method: string, uri: string, content: MessageContent & { readonly callId?: string } = {}): SipText {
    const text = messageText(
      `${method} ${uri} SIP/2.0`,
      [
        ['Via', this.via()],
        ['Max-Forwards', '70'],
        ['From', `"${this.name}" <${this.uri}>;tag=${randomUUID().slice(0, 8)}`],
        ['To', `<${uri}>`],
        ['Call-ID', content.callId ?? randomUUID()],
        ['CSeq', `1 ${method}`],
        ['Contact', `<${this.uri}>`],
      ],
      content,
    );
    const port = portOf(uri);
    this.send(text, port);
    return new SipText(text, port);
  }

  /** Answers a request; the same tag for all responses of this agent in one dialog. */
  respond(request: SipText, status: number, content: MessageContent = {}): void {
    const to = request.get('To');
    const vias = request.all('Via').map(via => ['Via', via] as const);
    const contact =
      request.method === 'INVITE' || request.method === 'UPDATE'
        ? [['Contact', `<${this.uri}>`] as const]
        : [];
    const text = messageText(
      `SIP/2.0 ${status} ${phraseOf(status)}`,
      [
        ...vias,
        ['From', request.get('From')],
        ['To', request.tagOf('To') !== '' || status === 100 ? to : `${to};tag=${this.tagFor(request)}`],
        ['Call-ID', request.get('Call-ID')],
        ['CSeq', request.get('CSeq')],
        ...contact,
      ],
      content,
    );
    this.send(text, request.port);
  }

  /** RFC 3261 §17.1.1.3: the ACK to a non-2xx final response has the branch of its INVITE. */
  ackRefusal(invite: SipText, response: SipText): void {
    this.send(
      messageText(`ACK ${invite.requestUri} SIP/2.0`, [
        ['Via', invite.get('Via')],
        ['Max-Forwards', '70'],
        ['From', invite.get('From')],
        ['To', response.get('To')],
        ['Call-ID', invite.get('Call-ID')],
        ['CSeq', `${invite.cseq.number} ACK`],
      ]),
      response.port,
    );
  }

  /** RFC 3261 §9.1. */
  cancel(invite: SipText, content: MessageContent = {}): void {
    this.send(
      messageText(
        `CANCEL ${invite.requestUri} SIP/2.0`,
        [
          ['Via', invite.get('Via')],
          ['Max-Forwards', '70'],
          ['From', invite.get('From')],
          ['To', invite.get('To')],
          ['Call-ID', invite.get('Call-ID')],
          ['CSeq', `${invite.cseq.number} CANCEL`],
        ],
        content,
      ),
      invite.port,
    );
  }

  tagFor(request: SipText): string {
    return `${this.name}-${request.get('Call-ID').slice(0, 8)}`;
  }

  via(): string {
    return `SIP/2.0/UDP ${this.address}:${this.port};branch=z9hG4bK${randomUUID()};rport`;
  }

  #receive(message: SipText): void {
    this.#copies.set(message.raw, this.copiesOf(message) + 1);
    if (this.#seen.has(message.raw)) return;
    this.#seen.add(message.raw);
    if (message.status === 0 && this.onRequest(message)) return;
    this.#received.push(message);
    this.#bell.ring();
  }
}

/** One confirmed dialog of an agent. */
export class AgentDialog {
  readonly agent: SipAgent;
  readonly #callId: string;
  readonly #local: string;
  readonly #remote: string;
  readonly #port: number;
  readonly #target: string;
  #cseq: number;

  private constructor(
    agent: SipAgent,
    parts: { ours: string; theirs: string; message: SipText; cseq: number },
  ) {
    this.agent = agent;
    this.#callId = parts.message.get('Call-ID');
    this.#local = parts.ours;
    this.#remote = parts.theirs;
    this.#port = parts.message.port;
    this.#target = parts.message.contactUri;
    this.#cseq = parts.cseq;
  }

  /** From the 2xx to the agent's INVITE. */
  static calling(agent: SipAgent, answer: SipText): AgentDialog {
    const parts = {
      ours: answer.get('From'),
      theirs: answer.get('To'),
      message: answer,
      cseq: answer.cseq.number,
    };
    return new AgentDialog(agent, parts);
  }

  /** From the INVITE that the agent has answered. */
  static called(agent: SipAgent, invite: SipText): AgentDialog {
    const ours = `${invite.get('To')};tag=${agent.tagFor(invite)}`;
    return new AgentDialog(agent, { ours, theirs: invite.get('From'), message: invite, cseq: 100 });
  }

  request(method: string, content: MessageContent = {}): SipText {
    this.#cseq += 1;
    return this.#send(method, this.#cseq, content);
  }

  ack(answer: SipText, content: MessageContent = {}): void {
    this.#send('ACK', answer.cseq.number, content);
  }

  #send(method: string, cseq: number, content: MessageContent): SipText {
    const text = messageText(
      `${method} ${this.#target} SIP/2.0`,
      [
        ['Via', this.agent.via()],
        ['Max-Forwards', '70'],
        ['From', this.#local],
        ['To', this.#remote],
        ['Call-ID', this.#callId],
        ['CSeq', `${cseq} ${method}`],
        ['Contact', `<${this.agent.uri}>`],
      ],
      content,
    );
    this.agent.send(text, this.#port);
    return new SipText(text, this.#port);
  }
}

function messageText(
  start: string,
  own: readonly (readonly [string, string])[],
  content: MessageContent = {},
): string {
  const body = content.body ?? '';
  const lines = [...own, ...(content.headers ?? [])].map(([name, value]) => `${name}: ${value}`);
  if (body !== '') lines.push(`Content-Type: ${content.contentType ?? 'application/sdp'}`);
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${[start, ...lines].join('\r\n')}\r\n\r\n${body}`;
}

function portOf(uri: string): number {
  return Number(/:(\d+)(?:;.*)?$/.exec(uri)?.[1] ?? 5060);
}

function phraseOf(status: number): string {
  return status < 200 ? 'Progress' : status < 300 ? 'OK' : 'No';
}
