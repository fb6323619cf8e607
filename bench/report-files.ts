import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from './comparison.ts';
import { reportHtml } from './report-html.ts';

/** Writes `report.json` and `report.html` into the folder and gives their paths. */
export async function writeReport(report: Report, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const [json, html] = ['report.json', 'report.html'].map(name => join(folder, name)) as [string, string];
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(html, reportHtml(report));
  return [json, html];
}
