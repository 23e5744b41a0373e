import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EvalReport } from '../../eval/comparison.ts';
import { writeHtml } from '../../eval/reports/write-html.ts';
import { writeJson } from '../../eval/reports/write-json.ts';
import { writeJunit } from '../../eval/reports/write-junit.ts';
import { writeMarkdown } from '../../eval/reports/write-markdown.ts';
import { writeTerminal } from '../../eval/reports/write-terminal.ts';
import type { EvalFlags } from './eval-flags.ts';
import type { EvalStreams } from './eval-streams.ts';
import { runFolder } from './run-folder.ts';

export interface TellReport extends Pick<EvalStreams, 'output'> {
  config: { projectDir: string; database: { dataDir: string } };
  flags: Partial<Pick<EvalFlags, 'json' | 'junit' | 'markdown' | 'html'>>;
  /** Whether a folder of the run is made; absent: it is. */
  keepsFolder?: boolean;
}

const writers = { json: writeJson, junit: writeJunit, markdown: writeMarkdown, html: writeHtml };
const names = { json: 'run.json', junit: 'junit.xml', markdown: 'report.md', html: 'report.html' };

/** Writes a report to the terminal, to the folder of its run, and to the files that were asked for. */
export async function tellReport(report: EvalReport, options: TellReport): Promise<void> {
  const { output, config, flags, keepsFolder = true } = options;
  output.write(writeTerminal(report, { color: output.isTTY === true, width: output.columns ?? 100 }));
  const folder = keepsFolder && report.runId ? runFolder(config, report.runId) : undefined;
  if (folder) await mkdir(folder, { recursive: true });
  for (const kind of ['json', 'junit', 'markdown', 'html'] as const) {
    const files = [folder && path.join(folder, names[kind]), flags[kind]].filter(
      (file) => file !== undefined,
    );
    if (files.length === 0) continue;
    const text = writers[kind](report);
    for (const file of files) {
      await mkdir(path.dirname(path.resolve(file)), { recursive: true });
      await writeFile(file, text);
    }
  }
  if (folder) output.write(`\n${path.relative(config.projectDir, path.join(folder, names.html))}\n`);
}
