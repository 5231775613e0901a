/** Formats of a gate. */
import { PLAIN, paletteFor } from '../report/colour.ts';
import { gateGithub } from '../report/gate/github.ts';
import { gateJson } from '../report/gate/json.ts';
import { gateJunit } from '../report/gate/junit.ts';
import { gateKtap } from '../report/gate/ktap.ts';
import { gateMarkdown } from '../report/gate/markdown.ts';
import type { GateReport } from '../report/gate/report.ts';
import { gateSarif } from '../report/gate/sarif.ts';
import { gateText } from '../report/gate/text.ts';
import { gateWaivers } from '../report/gate/waivers.ts';
import type { Io } from './io.ts';
import type { GateFormat } from './options.ts';

interface TextOptions {
  readonly out?: string;
  readonly verbose?: boolean;
}

/** Width of text that does not go to a terminal. */
const DEFAULT_WIDTH = 100;

function text(report: GateReport, { out, verbose = false }: TextOptions, { stdout, env }: Io): string {
  if (out !== undefined) return gateText(report, { palette: PLAIN, width: DEFAULT_WIDTH, verbose });
  const palette = paletteFor(stdout.isTerminal, env);
  return gateText(report, { palette, width: stdout.columns ?? DEFAULT_WIDTH, verbose });
}

export const gateFormats = {
  text,
  markdown: gateMarkdown,
  json: gateJson,
  junit: gateJunit,
  sarif: gateSarif,
  ktap: gateKtap,
  github: gateGithub,
  waivers: gateWaivers,
} as const satisfies Readonly<Record<GateFormat, (report: GateReport, options: TextOptions, io: Io) => string>>;
