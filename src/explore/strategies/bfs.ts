/** Breadth-first: states are expanded in the order they were found, so the first trace to anything is a shortest one. */
import type { Frontier } from './frontier.ts';

export class BreadthFirst implements Frontier {
  readonly name = 'bfs';
  depth = -1;
  private next = 0;
  private end = 1;
  private levelEnd = 0;

  get waiting(): number {
    return this.end - this.next;
  }

  take(): number {
    if (this.next >= this.end) return -1;
    if (this.next >= this.levelEnd) {
      this.levelEnd = this.end;
      this.depth++;
    }
    return this.next++;
  }

  found(_from: number, to: number): void {
    this.end = to;
  }
}
