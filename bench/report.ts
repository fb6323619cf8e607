import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** What the figures were measured on, in one line. */
export function machine(): string {
  const sipp = /SIPp (v[\d.]+)/.exec(spawnSync('sipp', ['-v'], { encoding: 'utf8' }).stdout)?.[1] ?? 'none';
  const [cpu] = cpus();
  const memory = `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`;
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${memory}, Linux ${release()}, Node ${process.version}, SIPp ${sipp}`;
}

/** A table in Markdown; the first row names the columns. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const lines = rows.map(cells => `| ${cells.join(' | ')} |`);
  return [lines[0], `|${'---|'.repeat(rows[0]?.length ?? 0)}`, ...lines.slice(1)].join('\n');
}

/** The value below which that share of all lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
