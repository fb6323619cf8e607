import { type Reply, WebhookReceiver } from '../../support/webhook-receiver.ts';
import type { ReceiverStory } from './scenario-third-party.ts';

/** A webhook receiver of a story with all it was told. */
export class StoryReceiver {
  readonly story: ReceiverStory;
  /** What the requests carried that were answered with 2xx. */
  readonly events: unknown[] = [];
  readonly #receiver: WebhookReceiver;

  private constructor(story: ReceiverStory, receiver: WebhookReceiver) {
    this.story = story;
    this.#receiver = receiver;
    receiver.reply = ({ event }, number) => {
      const { replies } = story;
      const reply = replies[Math.min(number, replies.length) - 1] ?? 'hang';
      if (typeof reply === 'string') return reply;
      if (reply.status < 300) this.events.push(event['data']);
      return replyOf(reply);
    };
  }

  static async open(story: ReceiverStory): Promise<StoryReceiver> {
    return new StoryReceiver(story, await WebhookReceiver.open());
  }

  get url(): string {
    return this.#receiver.url;
  }

  get secret(): string {
    return this.#receiver.secret;
  }

  get requestCount(): number {
    return this.#receiver.received.length;
  }

  /** What was wrong with requests, signatures included. */
  get faults(): readonly string[] {
    return this.#receiver.faults;
  }

  async close(): Promise<void> {
    await this.#receiver.close();
  }
}

function replyOf({ status, headers, body }: Exclude<ReceiverStory['replies'][number], string>): Reply {
  if (body === undefined) return { status, headers };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
