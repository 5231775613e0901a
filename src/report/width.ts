/**
 * Text of a stated width, counted in columns of a terminal: combining characters take none, wide ones two. Names come
 * from files that somebody else wrote, so control characters are taken out before anything is printed.
 */

const ASCII = /^[\x20-\x7e]*$/;
const INVISIBLE = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** First and last code point of each range that takes two columns. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Control characters (line breaks too) become blanks; invisible ones that could reorder a line go. */
export function clean(text: string): string {
  return ASCII.test(text) ? text : text.replace(/\p{Cf}/gu, '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function columnsOfCharacter(character: string): number {
  if (INVISIBLE.test(character)) return 0;
  const point = character.codePointAt(0) ?? 0;
  return WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

/** Columns that the text takes on a terminal. */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

/** The text and blanks up to the width; a longer text stays as it is. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columnsOf(text))) + text;
}

/** The text, or its beginning and `..` where it does not fit. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const mark = width > 4 ? '..' : '';
  return (pieces(text, Math.max(2, width - mark.length))[0] ?? '') + mark;
}

/** A word cut into pieces of at most `width` columns, after a separator where there is one in the second half. */
function pieces(word: string, width: number): string[] {
  const all: string[] = [];
  let piece = '';
  let columns = 0;
  for (const character of word) {
    const more = columnsOfCharacter(character);
    if (columns + more > width) {
      const breakAt = Math.max(...[...',|/=_-'].map((separator) => piece.lastIndexOf(separator) + 1));
      const end = breakAt > piece.length / 2 ? breakAt : piece.length;
      all.push(piece.slice(0, end));
      piece = piece.slice(end);
      columns = columnsOf(piece);
    }
    piece += character;
    columns += more;
  }
  return piece === '' ? all : [...all, piece];
}

/**
 * The words of a text in lines of at most `width` columns; lines after the first are indented by `hang`. Line breaks of
 * the text are kept.
 */
export function wrap(text: string, width: number, hang = 0): string[] {
  const least = 4;
  const indent = ' '.repeat(Math.max(0, Math.min(hang, width - least)));
  const room = Math.max(least, width);
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of clean(paragraph)
      .split(' ')
      .filter((each) => each !== '')) {
      const begun = line.trim() !== '';
      if (begun && columnsOf(line) + 1 + columnsOf(word) <= room) {
        line += ` ${word}`;
        continue;
      }
      if (begun) {
        lines.push(line);
        line = indent;
      }
      const parts = pieces(word, room - Math.max(indent.length, columnsOf(line)));
      for (const part of parts.slice(0, -1)) {
        lines.push(line + part);
        line = indent;
      }
      line += parts.at(-1) ?? '';
    }
    return [...lines, line];
  });
}

/** Stands for a blank at which `wrap` must not break; `breakable` makes blanks of it when that is done. */
export const KEEP = '\u00a0';
export const breakable = (line: string): string => line.replaceAll(KEEP, ' ');

/** `label  text`, wrapped so that the text stands in one column. */
export function labelled(label: string, text: string, indent: number, labelWidth: number, width: number): string[] {
  const before = indent + labelWidth + 2;
  const lines = wrap(text, width - before);
  return lines.map((line, i) =>
    `${' '.repeat(indent)}${i === 0 ? pad(label, labelWidth) : ' '.repeat(labelWidth)}  ${line}`.trimEnd(),
  );
}

/** A word of a shell command: anything without blanks, or between single quotes. */
const SHELL_WORD = /(?:'[^']*'|[^\s'])+/g;

/**
 * A shell command in lines of at most `width` columns that can be pasted as they are. A word that is too long goes on at
 * the beginning of the next line, because a blank there would end it.
 */
export function wrapCommand(command: string, indent: number, width: number): string[] {
  const lines: string[] = [];
  const room = width - 2;
  let line = ' '.repeat(indent);
  let begun = false;
  for (const word of withValues(clean(command).match(SHELL_WORD) ?? [], room - indent - 2)) {
    const blank = begun ? ' ' : '';
    if (columnsOf(line) + blank.length + columnsOf(word) <= room) line += blank + word;
    else {
      if (begun) {
        lines.push(`${line} \\`);
        line = ' '.repeat(indent + 2);
      }
      const [first = '', ...rest] = continued(word, room - columnsOf(line), room);
      line += first;
      for (const part of rest) {
        lines.push(`${line}\\`);
        line = part;
      }
    }
    begun = true;
  }
  return [...lines, line];
}

/** Options together with their values, where both fit into a line. */
function withValues(words: readonly string[], room: number): string[] {
  const units: string[] = [];
  for (const word of words) {
    const last = units.at(-1) ?? '';
    const pair = `${last} ${word}`;
    if (/^--[\w-]+$/.test(last) && !word.startsWith('--') && columnsOf(pair) <= room) units[units.length - 1] = pair;
    else units.push(word);
  }
  return units;
}

/** Pieces of a word of which the first has less room than the others; quotes are closed and opened again. */
function continued(word: string, firstRoom: number, room: number): string[] {
  if (columnsOf(word) <= firstRoom) return [word];
  const inner = /^'([^']*)'$/.exec(word)?.[1];
  if (inner !== undefined) return pieces(inner, Math.max(2, firstRoom - 2)).map((piece) => `'${piece}'`);
  const [first = ''] = pieces(word, Math.max(2, firstRoom));
  return [first, ...pieces(word.slice(first.length), room)];
}
