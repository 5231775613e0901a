/**
 * Command blocks of Markdown documents.
 *
 *     ```console
 *     $ lastref list no-such-family
 *     # exit 2
 *     lastref: no scenario matches …
 *     ```
 *
 * `$ ` begins a command (`> ` goes on after a `\`), `# exit N` follows when it does not end with 0, and the lines after
 * it must appear in what it prints (standard output, then standard error), in this order; `…` means anything, within a
 * line, or as a line of its own. A block ```` ```console slow ```` runs on the CI machine only.
 */

export interface DocumentedCommand {
  readonly line: number;
  readonly command: string;
  readonly exit: number;
  readonly output: readonly string[];
}

export interface ConsoleBlock {
  readonly line: number;
  readonly slow: boolean;
  readonly commands: readonly DocumentedCommand[];
}

const FENCE = /^```console( slow)?\n([\s\S]*?)^```$/gm;

export function consoleBlocks(markdown: string): readonly ConsoleBlock[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const line = markdown.slice(0, match.index).split('\n').length;
    return { line, slow: match[1] !== undefined, commands: commandsOf(match[2] ?? '', line + 1) };
  });
}

function commandsOf(block: string, firstLine: number): readonly DocumentedCommand[] {
  const commands: { line: number; command: string; exit: number; output: string[] }[] = [];
  for (const [i, text] of block.trimEnd().split('\n').entries()) {
    const last = commands.at(-1);
    const exit = /^# exit (\d+)$/.exec(text)?.[1];
    if (text.startsWith('$ ')) commands.push({ line: firstLine + i, command: text.slice(2), exit: 0, output: [] });
    else if (last === undefined) throw new Error(`line ${firstLine + i}: expected a command ("$ …"), got "${text}"`);
    else if (text.startsWith('> ') && last.command.endsWith('\\')) last.command += `\n${text.slice(2)}`;
    else if (exit !== undefined) last.exit = Number(exit);
    else last.output.push(text);
  }
  return commands;
}

/** The first expected line that does not appear (after those before it), or undefined when all do. */
export function firstMissingLine(expected: readonly string[], printed: string): string | undefined {
  const lines = printed.split('\n').map((line) => line.trimEnd());
  let from = 0;
  for (const wanted of expected.map((line) => line.trimEnd())) {
    if (wanted === '' || wanted === '…') continue;
    const pattern = new RegExp(`^${wanted.split('…').map(escapeForRegExp).join('.*')}$`);
    const at = lines.findIndex((line, i) => i >= from && pattern.test(line));
    if (at < 0) return wanted;
    from = at + 1;
  }
  return undefined;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
