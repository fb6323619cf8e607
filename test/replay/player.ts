import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareImages } from './compare.ts';
import type { Difference } from './deliberate-differences.ts';
import { DifferenceBook } from './difference-book.ts';
import { type Image, imageOfFrame, imageOfSip, readSip } from './image.ts';
import { type ReplayOptions, ReplayStage } from './replay-stage.ts';
import type { TraceStep } from './trace.ts';

export interface ReplayResult {
  /** What differed and is not in the table; empty when all agreed. */
  readonly failures: readonly string[];
  /** Lines of the table that this trace showed. */
  readonly differences: ReadonlySet<Difference>;
  /** Messages and frames of the engine that were compared. */
  readonly compared: number;
}

const patienceMs = 3_000;

/** Plays the ends' and the applications' parts of a trace in its order and compares what the engine does. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const stage = await ReplayStage.open(options);
  try {
    return await new Player(options, stage).play();
  } finally {
    await stage.close();
  }
}

class Player {
  readonly #options: ReplayOptions;
  readonly #stage: ReplayStage;
  readonly #book: DifferenceBook;
  readonly #failures: string[] = [];
  readonly #heard = new Repetitions();
  readonly #recordedHeard = new Repetitions();
  #compared = 0;
  /** Repetitions of the engine so far. */
  #repeated = 0;
  /** The order differs: nothing after that can be compared. */
  #lost = false;

  constructor(options: ReplayOptions, stage: ReplayStage) {
    this.#options = options;
    this.#stage = stage;
    this.#book = new DifferenceBook(options.name);
  }

  async play(): Promise<ReplayResult> {
    for (const step of this.#options.steps) {
      if (this.#lost) break;
      await (step.from === 'server' ? this.#expect(step) : this.#drive(step));
    }
    if (!this.#lost) await this.#expectNoMore();
    return { failures: this.#failures, differences: this.#book.shown, compared: this.#compared };
  }

  async #drive({ kind, from, octets }: TraceStep): Promise<void> {
    const { names, apps } = this.#stage;
    if (kind === 'sip') await this.#stage.sendSip(from, names.messageToLive(readSip(octets)));
    else if (kind === 'connect') await this.#stage.connect(from);
    else if (kind === 'close') apps.get(from)?.close();
    else apps.get(from)?.send(names.frameToLive(payloadOf(octets)));
  }

  async #expect(step: TraceStep): Promise<void> {
    const { kind, to, octets } = step;
    if (kind === 'connect' || kind === 'close') return;
    if (to === 'UAS' && this.#options.uasIsDown) return;
    if (kind === 'sip' && this.#recordedHeard.isRepeat(to, octets)) {
      await this.#expectRepeat(step);
      return;
    }
    const recorded = kind === 'sip' ? imageOfSip(octets) : imageOfFrame(payloadOf(octets));
    if (this.#book.isLeftOut(to, recorded)) return;
    const live = await this.#nextFor(step, recorded);
    this.#compared += 1;
    if (live?.signature === recorded.signature) this.#compare(step, recorded, live);
    else if (live === undefined) this.#lose(step, `${recorded.signature} to ${to} did not come`);
    else if (!this.#book.isInstead(to, recorded, live)) {
      this.#lose(step, `${live.signature} came to ${to} instead of ${recorded.signature}\n${show(live)}`);
    }
  }

  /** How often is a matter of timers; that it is repeated at all is compared. */
  async #expectRepeat(step: TraceStep): Promise<void> {
    while (this.#repeated === 0 && !this.#lost) {
      const octets = await this.#stage.inboxOf(step.to).next(patienceMs);
      if (octets === undefined) this.#lose(step, `nothing was repeated to ${step.to}`);
      else if (this.#heard.isRepeat(step.to, octets)) this.#repeated += 1;
      else this.#lose(step, `${imageOfSip(octets).signature} came to ${step.to} instead of a repetition`);
    }
  }

  /** The next that is no repetition and that the table does not name as something more. */
  async #nextFor({ kind, to }: TraceStep, recorded: Image): Promise<Image | undefined> {
    for (;;) {
      const octets = await this.#stage.inboxOf(to).next(patienceMs);
      if (octets === undefined) return undefined;
      if (kind === 'sip' && this.#heard.isRepeat(to, octets)) {
        this.#repeated += 1;
        continue;
      }
      const image = kind === 'sip' ? imageOfSip(octets) : imageOfFrame(octets);
      if (image.signature === recorded.signature || !this.#book.isExtra(to, image)) return image;
    }
  }

  #compare(step: TraceStep, recorded: Image, live: Image): void {
    for (const mismatch of compareImages(recorded, live, this.#stage.names)) {
      if (this.#book.isOther(recorded, mismatch)) continue;
      const [is, was] = [mismatch.live, mismatch.recorded].map(value => JSON.stringify(value));
      this.#fail(step, `${recorded.signature} to ${step.to}: ${mismatch.field} is ${is}, was ${was}`);
    }
  }

  /** A pong comes after everything else that was under way. */
  async #expectNoMore(): Promise<void> {
    for (const [name, app] of this.#stage.apps) {
      app.send(`${name}-ping|ping`);
      for (;;) {
        const payload = await app.inbox.next(patienceMs);
        if (payload === undefined || payload.endsWith('|OK|pong')) break;
        this.#refuseExtra(name, imageOfFrame(payload));
      }
    }
    await nextTurn();
    await nextTurn();
    for (const name of ['UAC', 'UAS']) {
      for (const octets of this.#stage.inboxOf(name).takeAll()) {
        if (!this.#heard.isRepeat(name, octets)) this.#refuseExtra(name, imageOfSip(octets));
      }
    }
  }

  #refuseExtra(to: string, live: Image): void {
    if (this.#book.isExtra(to, live)) return;
    this.#failures.push(`after the end: ${live.signature} came to ${to}\n${show(live)}`);
  }

  #lose(step: TraceStep, what: string): void {
    this.#lost = true;
    this.#fail(step, what);
  }

  #fail(step: TraceStep, what: string): void {
    this.#failures.push(`line ${step.line}: ${what}`);
  }
}

/** Per connection, what came before: the same octets again are a retransmission. */
class Repetitions {
  readonly #heard = new Set<string>();

  isRepeat(to: string, octets: string): boolean {
    const key = `${to} ${octets}`;
    if (this.#heard.has(key)) return true;
    this.#heard.add(key);
    return false;
  }
}

/** A frame without its length. */
function payloadOf(frame: string): string {
  return frame.slice(frame.indexOf('#') + 1);
}

function show(image: Image): string {
  const lines = image.sip?.lines.map(([name, value]) => `    ${name}: ${value}`) ?? [];
  return [image.tokens.join('|'), image.sip?.start ?? '', ...lines].filter(line => line !== '').join('\n');
}
