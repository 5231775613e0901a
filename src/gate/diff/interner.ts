/** Numbers for values: equal values get the same number, so that comparing is comparing numbers. */
export class Interner<T> {
  readonly values: T[] = [];
  private readonly numbers = new Map<string, number>();

  /** The number of the value that the key stands for; `make` is asked for a value that is new. */
  number(key: string, make: () => T): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.values.length);
    this.values.push(make());
    return this.values.length - 1;
  }

  at(number: number): T {
    return this.values[number] as T;
  }
}
