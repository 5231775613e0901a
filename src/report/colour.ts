/** Colour, for terminals whose user did not ask for none. Everything else gets plain text. */

export interface Palette {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
}

const same = (text: string): string => text;

export const PLAIN: Palette = { good: same, bad: same, doubtful: same, strong: same, quiet: same };

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export const COLOURED: Palette = {
  good: sgr(32, 39),
  bad: sgr(31, 39),
  doubtful: sgr(33, 39),
  strong: sgr(1, 22),
  quiet: sgr(2, 22),
};

/** https://no-color.org: any value that is not empty switches colour off. CI logs are read as text. */
export function paletteFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Palette {
  const refused = (env['NO_COLOR'] ?? '') !== '' || (env['CI'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTerminal && !refused ? COLOURED : PLAIN;
}
