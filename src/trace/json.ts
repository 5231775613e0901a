/**
 * JSON with positions. `JSON.parse` forgets where a value stood and lets a key stand twice; a trace is evidence, so an
 * error in it must be found again, and nothing in it may be overruled silently.
 */
import type { Json } from './format.ts';

/** A place in the text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export class JsonError extends Error {
  readonly at: Place;
  constructor(message: string, at: Place) {
    super(message);
    this.name = 'JsonError';
    this.at = at;
  }
}

type Path = readonly PropertyKey[];

export interface LocatedJson {
  readonly value: Json;
  /** Where the value at this path begins; of a missing one, where the nearest one around it begins. */
  readonly placeOf: (path: Path) => Place;
  /** Where the key of this path stands. */
  readonly placeOfKey: (path: Path) => Place;
}

/** Deeper nesting is no trace, and would exhaust the stack. */
const DEPTH_MAX = 100;

const keyOf = (path: Path): string => JSON.stringify(path.map(String));

class Reader {
  private readonly text: string;
  private at = 0;
  private readonly path: string[] = [];
  readonly values = new Map<string, number>();
  readonly keys = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    this.space();
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.refuse(`expected the end of the file, found ${this.found()}`);
    return value;
  }

  placeAt(offset: number): Place {
    const before = this.text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return { line: before.split('\n').length, column: offset - lineStart + 1 };
  }

  private refuse(message: string, offset = this.at): never {
    throw new JsonError(message, this.placeAt(offset));
  }

  private found(): string {
    const character = this.text[this.at];
    return character === undefined ? 'the end of the file' : JSON.stringify(character);
  }

  private space(): void {
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = this.at;
    this.at += blank.exec(this.text)?.[0].length ?? 0;
  }

  private value(): Json {
    if (this.path.length > DEPTH_MAX) this.refuse(`nested deeper than ${DEPTH_MAX} levels`);
    this.values.set(keyOf(this.path), this.at);
    switch (this.text[this.at]) {
      case '{':
        return this.members();
      case '[':
        return this.elements();
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  private word(): Json {
    const token = /-?\d[\w.+-]*|[A-Za-z_]\w*/y;
    token.lastIndex = this.at;
    const word = token.exec(this.text)?.[0];
    if (word === undefined) this.refuse(`expected a value, found ${this.found()}`);
    try {
      const value = JSON.parse(word) as Json;
      this.at += word.length;
      return value;
    } catch {
      this.refuse(`expected a value, found ${JSON.stringify(word)}`);
    }
  }

  private string(): string {
    const quoted = /"(?:[^"\\\n]|\\.)*"/y;
    quoted.lastIndex = this.at;
    const literal = quoted.exec(this.text)?.[0];
    if (literal === undefined) this.refuse('this text does not end on its line');
    try {
      const value = JSON.parse(literal) as string;
      this.at += literal.length;
      return value;
    } catch {
      this.refuse('this text has an escape or a control character that JSON does not allow');
    }
  }

  private members(): Json {
    // A Map first: a key such as __proto__ must become a member like any other.
    const members = new Map<string, Json>();
    this.sequence('}', () => {
      const start = this.at;
      if (this.text[start] !== '"') this.refuse(`expected a key in double quotes, found ${this.found()}`);
      const key = this.string();
      if (members.has(key)) this.refuse(`the key "${key}" stands twice`, start);
      this.space();
      if (this.text[this.at] !== ':') this.refuse(`expected ":" after the key "${key}", found ${this.found()}`);
      this.at++;
      this.space();
      this.path.push(key);
      this.keys.set(keyOf(this.path), start);
      members.set(key, this.value());
      this.path.pop();
    });
    return Object.fromEntries(members);
  }

  private elements(): Json {
    const elements: Json[] = [];
    this.sequence(']', () => {
      this.path.push(String(elements.length));
      elements.push(this.value());
      this.path.pop();
    });
    return elements;
  }

  /** What stands between brackets, separated by commas. */
  private sequence(end: string, one: () => void): void {
    this.at++;
    this.space();
    if (this.text[this.at] === end) {
      this.at++;
      return;
    }
    for (;;) {
      one();
      this.space();
      const character = this.text[this.at];
      if (character !== ',' && character !== end) this.refuse(`expected "," or "${end}", found ${this.found()}`);
      this.at++;
      if (character === end) return;
      this.space();
    }
  }
}

/** Reads JSON; throws JsonError. */
export function parseJson(text: string): LocatedJson {
  const reader = new Reader(text);
  const value = reader.document();
  const locate = (offsets: ReadonlyMap<string, number>, path: Path): Place => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsets.get(keyOf(path.slice(0, length))) ?? reader.values.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return reader.placeAt(offset);
    }
    return reader.placeAt(reader.values.get(keyOf([])) ?? 0);
  };
  return { value, placeOf: (path) => locate(reader.values, path), placeOfKey: (path) => locate(reader.keys, path) };
}
